/** The overview's data for what its URL asks for. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import type { OverviewSearch } from "../../lib/search.ts";
import { sumsOf } from "./queries.ts";
import { ofTagName, tagNamesOf } from "./tags.ts";

/** The running step moves on with the clock. */
const TICK_MS = 60_000;

/** What is the same as before stays the same object, so that what it is drawn as is not drawn anew. */
export function useOverview(tenant: string, search: OverviewSearch) {
  const now = useMinute();
  const { span, by, metric, filter, queries } = useMemo(() => sumsOf(tenant, search, now), [tenant, search, now]);
  const parts = useQuery(queries.parts);
  const current = useQuery(queries.current);
  const previous = useQuery(queries.previous);
  const latency = useQuery(queries.latency);
  const latencyBefore = useQuery(queries.latencyBefore);
  const { data: keys } = useQuery({ ...keysQuery(tenant), enabled: by === "key" || search.key !== undefined });
  /** Keys are shown by name; all else is its own name. */
  const label = useCallback(
    (name: string): string => (name === "none" ? `No ${by}` : (keys?.find((each) => each.id === name)?.name ?? name)),
    [by, keys],
  );
  const tagNames = useMemo(() => (by === "tag" ? tagNamesOf(parts.data ?? []) : []), [by, parts.data]);
  const tagName = search.tag_name ?? tagNames[0];
  const rows = useMemo(
    () => (parts.data && by === "tag" ? ofTagName(parts.data, tagName) : parts.data),
    [parts.data, by, tagName],
  );
  return { span, by, metric, filter, parts, rows, current, previous, latency, latencyBefore, label, tagNames, tagName };
}

export type Overview = ReturnType<typeof useOverview>;

function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
