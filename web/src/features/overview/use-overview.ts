/** The overview's data for what its URL asks for. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import { summaryQuery } from "../../api/summary.ts";
import { spanOf } from "../../lib/period.ts";
import type { OverviewSearch } from "../../lib/search.ts";

/** The running step moves on with the clock. */
const TICK_MS = 60_000;

export function useOverview(tenant: string, search: OverviewSearch) {
  const now = useMinute();
  const span = spanOf(search.period ?? "30d", now);
  const by = search.by ?? "model";
  const { model, provider, key } = search;
  const current = useQuery(
    summaryQuery(tenant, { from: span.from, group_by: `${span.step},${by}`, model, provider, key }),
  );
  const previous = useQuery(
    summaryQuery(tenant, { from: span.previousFrom, to: span.previousTo, group_by: span.step, model, provider, key }),
  );
  const { data: keys } = useQuery({ ...keysQuery(tenant), enabled: by === "key" || key !== undefined });
  /** Keys are shown by name; all else is its own name. */
  const label = (name: string): string =>
    name === "none" ? "No key" : (keys?.find((each) => each.id === name)?.name ?? name);
  return { span, by, metric: search.metric ?? "spend", current, previous, label };
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
