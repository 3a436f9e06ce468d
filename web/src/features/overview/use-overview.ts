/** The overview's data for what its URL asks for. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import { type SummaryParams, summaryQuery } from "../../api/summary.ts";
import { spanOf } from "../../lib/period.ts";
import type { METRICS, OverviewSearch } from "../../lib/search.ts";
import { ofTagName, tagNamesOf } from "./tags.ts";

/** The running step moves on with the clock. */
const TICK_MS = 60_000;
/** More than a chart tells apart, and what the table shows. */
const TOP = 12;
/** Of tags the largest of one name are shown, which may not be among the largest of all. */
const TOP_TAGS = 100;

export const FILTERS = ["model", "provider", "key", "team", "user", "tag"] as const;

const TOP_BY: Record<(typeof METRICS)[number], SummaryParams["top_by"]> = {
  spend: "cost",
  requests: "requests",
  tokens: "tokens",
  saved: "saved",
  errors: "errors",
};

export function useOverview(tenant: string, search: OverviewSearch) {
  const now = useMinute();
  const span = spanOf(search.period ?? "30d", now);
  const by = search.by ?? "model";
  const metric = search.metric ?? "spend";
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search[name]]));
  const parts = useQuery(
    summaryQuery(tenant, {
      from: span.from,
      group_by: `${span.step},${by}`,
      top: by === "tag" ? TOP_TAGS : TOP,
      top_by: TOP_BY[metric],
      ...filter,
    }),
  );
  const current = useQuery(summaryQuery(tenant, { from: span.from, group_by: span.step, ...filter }));
  const previous = useQuery(
    summaryQuery(tenant, { from: span.previousFrom, to: span.previousTo, group_by: span.step, ...filter }),
  );
  const latency = useQuery(summaryQuery(tenant, { from: span.from, group_by: "", percentiles: "true", ...filter }));
  const latencyBefore = useQuery(
    summaryQuery(tenant, {
      from: span.previousFrom,
      to: span.previousTo,
      group_by: "",
      percentiles: "true",
      ...filter,
    }),
  );
  const { data: keys } = useQuery({ ...keysQuery(tenant), enabled: by === "key" || search.key !== undefined });
  /** Keys are shown by name; all else is its own name. */
  const label = (name: string): string =>
    name === "none" ? `No ${by}` : (keys?.find((each) => each.id === name)?.name ?? name);
  const tagNames = by === "tag" ? tagNamesOf(parts.data ?? []) : [];
  const tagName = search.tag_name ?? tagNames[0];
  const rows = parts.data && by === "tag" ? ofTagName(parts.data, tagName) : parts.data;
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
