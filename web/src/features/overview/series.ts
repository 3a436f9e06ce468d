/** From summary rows to the figures and the chart of the overview. Pure. */
import type { SummaryRow } from "../../api/types.ts";
import type { ChartData } from "../../components/ui/stacked-bars.tsx";
import { nanosOf } from "../../lib/money.ts";
import { colorsOf, REST_COLOR } from "../../lib/palette.ts";
import { type Span, stepLabel } from "../../lib/period.ts";
import type { BREAKDOWNS, METRICS } from "../../lib/search.ts";

export type Metric = (typeof METRICS)[number];
export type Breakdown = (typeof BREAKDOWNS)[number];

/** Most series that a stack shows; what is beyond them is one, "Other". */
const MOST_SERIES = 7;

export interface Totals {
  spend: number;
  requests: number;
  saved: number;
  errors: number;
  unpriced: number;
  tokens: number;
  input: number;
  /** Of the input, what providers read from their caches. */
  cached: number;
  /** Average, weighted by requests; null where there are none. */
  latencyMs: number | null;
}

export function totalsOf(rows: readonly SummaryRow[]): Totals {
  const totals: Totals = {
    spend: 0,
    requests: 0,
    saved: 0,
    errors: 0,
    unpriced: 0,
    tokens: 0,
    input: 0,
    cached: 0,
    latencyMs: null,
  };
  let waitedMs = 0;
  for (const row of rows) {
    totals.spend += nanosOf(row.cost_usd);
    totals.saved += nanosOf(row.saved_usd);
    totals.requests += row.requests;
    totals.errors += row.errors;
    totals.unpriced += row.unpriced;
    totals.tokens += row.tokens.input + row.tokens.output;
    totals.input += row.tokens.input;
    totals.cached += row.tokens.input_cached;
    waitedMs += (row.latency_ms ?? 0) * row.requests;
  }
  if (totals.requests > 0) totals.latencyMs = waitedMs / totals.requests;
  return totals;
}

/** What was spent; null where something was used and nothing of it has a known price: that is not $0. */
export const knownSpend = ({ spend, unpriced }: Totals): number | null => (unpriced > 0 && spend === 0 ? null : spend);

export const metricOf = (row: SummaryRow, metric: Metric): number => {
  switch (metric) {
    case "spend":
      return nanosOf(row.cost_usd);
    case "saved":
      return nanosOf(row.saved_usd);
    case "tokens":
      return row.tokens.input + row.tokens.output;
    case "requests":
    case "errors":
      return row[metric];
  }
};

/** All that is not among the largest. */
export const OTHERS = "\u0000others";

/** What a row is broken down to; requests that have none, such as imported ones without a key, share a name. */
export const nameOf = (row: SummaryRow, by: Breakdown): string => (row.others ? OTHERS : row[by] || "none");

export interface Group {
  name: string;
  totals: Totals;
}

/** Totals a group, the largest of `metric` first. */
export function groupsOf(rows: readonly SummaryRow[], by: Breakdown, metric: Metric): Group[] {
  const byName = Map.groupBy(rows, (row) => nameOf(row, by));
  return [...byName]
    .map(([name, own]) => ({ name, totals: totalsOf(own) }))
    .sort((a, b) => b.totals[metric] - a.totals[metric] || b.totals.requests - a.totals.requests);
}

/** Values of all rows together, a value a step. */
export function perStep(rows: readonly SummaryRow[], span: Span, metric: Metric, shiftMs = 0): number[] {
  const places = new Map(span.steps.map((start, i) => [start - shiftMs, i]));
  const values = span.steps.map(() => 0);
  for (const row of rows) {
    const place = places.get(startOf(row));
    if (place !== undefined) values[place] = (values[place] ?? 0) + metricOf(row, metric);
  }
  return values;
}

/** When the step of a row begins. */
const startOf = (row: SummaryRow): number => Date.parse(row.hour ?? `${row.day?.slice(0, 10)}T00:00:00Z`);

/** A budget's line: what it allows a step. */
export interface Allowance {
  name: string;
  perStep: number;
}

interface ChartInput {
  rows: readonly SummaryRow[];
  previous: readonly SummaryRow[] | null;
  span: Span;
  by: Breakdown;
  metric: Metric;
  /** How a group is called on screen. */
  label: (name: string) => string;
  budget?: Allowance | null;
}

export function chartOf({ rows, previous, span, by, metric, label, budget = null }: ChartInput): ChartData {
  const groups = groupsOf(rows, by, metric).filter((group) => group.totals[metric] > 0 && group.name !== OTHERS);
  const shown = groups.slice(0, groups.length > MOST_SERIES + 1 ? MOST_SERIES : MOST_SERIES + 1);
  const colors = colorsOf(shown.map((group) => group.name));
  const names = new Set(shown.map((group) => group.name));
  const series = shown.map((group, i) => ({
    name: label(group.name),
    color: colors[i] ?? REST_COLOR,
    values: perStep(
      rows.filter((row) => nameOf(row, by) === group.name),
      span,
      metric,
    ),
  }));
  const rest = rows.filter((row) => !names.has(nameOf(row, by)));
  if (rest.some((row) => metricOf(row, metric) > 0)) {
    series.push({
      name: rest.some((row) => row.others) ? "All others" : `${groups.length - shown.length} others`,
      color: REST_COLOR,
      values: perStep(rest, span, metric),
    });
  }
  const before = previous && perStep(previous, span, metric, span.shiftMs);
  const end = Date.parse(span.previousTo) + span.shiftMs;
  return {
    steps: span.steps.map((start) => stepLabel(start, span.step)),
    series,
    limit: metric === "spend" && budget ? { name: budget.name, value: budget.perStep } : null,
    previous: before?.some((value) => value > 0)
      ? before.map((value, i) => ((span.steps[i] ?? 0) < end ? value : null))
      : null,
  };
}
