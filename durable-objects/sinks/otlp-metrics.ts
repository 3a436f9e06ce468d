/** Usage events as metrics: deltas over the time between two batches. */
import {
  ATTR_GEN_AI_TOKEN_TYPE,
  GEN_AI_TOKEN_TYPE_VALUE_INPUT,
  GEN_AI_TOKEN_TYPE_VALUE_OUTPUT,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
} from "@opentelemetry/semantic-conventions/incubating";
import type { UsageEvent } from "../../worker/core/usage.ts";
import { commonAttributes, isRequest } from "./gen-ai.ts";
import { attributes, unixNano, type Value } from "./otlp-values.ts";

/** Of `AggregationTemporality`. */
const DELTA = 1;

/** The boundaries that the conventions name: powers of four, and doublings of a hundredth of a second. */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, n) => 4 ** n);
const SECOND_BOUNDS = Array.from({ length: 14 }, (_, n) => (2 ** n * 10) / 1_000);
/** Of the time to the first chunk. */
const FIRST_CHUNK_BOUNDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

interface Span {
  fromMs: number;
  toMs: number;
}

/** The metrics of a batch; those without a point are left out. */
export function metricsOf(events: readonly UsageEvent[], span: Span) {
  const tokens = new Points<number[]>();
  const durations = new Points<number[]>();
  const firstChunks = new Points<number[]>();
  const costs = new Points<number>();
  for (const event of events) {
    const common = commonAttributes(event);
    const told = event.amends?.costNanos ?? 0;
    if (event.costNanos !== null) costs.change(common, (sum = 0) => sum + (event.costNanos ?? 0) - told);
    if (!isRequest(event)) continue;
    // What is told anew has been timed before.
    if (!event.amends) {
      durations.change(common, push(event.latencyMs / 1_000));
      if (event.stream && event.ttftMs !== null) firstChunks.change(common, push(event.ttftMs / 1_000));
    }
    if (event.usageSource === "none") continue;
    for (const [type, count] of [
      [GEN_AI_TOKEN_TYPE_VALUE_INPUT, event.tokens.input],
      [GEN_AI_TOKEN_TYPE_VALUE_OUTPUT, event.tokens.output],
    ] as const) {
      tokens.change({ ...common, [ATTR_GEN_AI_TOKEN_TYPE]: type }, push(count));
    }
  }
  return [
    histogram({ name: METRIC_GEN_AI_CLIENT_TOKEN_USAGE, unit: "{token}", bounds: TOKEN_BOUNDS }, tokens, span),
    histogram({ name: METRIC_GEN_AI_CLIENT_OPERATION_DURATION, unit: "s", bounds: SECOND_BOUNDS }, durations, span),
    histogram(
      { name: METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK, unit: "s", bounds: FIRST_CHUNK_BOUNDS },
      firstChunks,
      span,
    ),
    costSum(costs, span),
  ].filter((metric) => metric !== null);
}

/** Values by attributes. */
class Points<T> {
  readonly #points = new Map<string, { attributes: Record<string, Value>; value: T }>();

  change(values: Record<string, Value>, next: (value: T | undefined) => T): void {
    const key = JSON.stringify(values);
    this.#points.set(key, { attributes: values, value: next(this.#points.get(key)?.value) });
  }

  map<U>(show: (values: Record<string, Value>, value: T) => U): U[] {
    return [...this.#points.values()].map((point) => show(point.attributes, point.value));
  }
}

const push =
  (value: number) =>
  (values: number[] = []): number[] => {
    values.push(value);
    return values;
  };

function histogram(of: { name: string; unit: string; bounds: number[] }, points: Points<number[]>, span: Span) {
  const dataPoints = points.map((values, measured) => ({
    attributes: attributes(values),
    startTimeUnixNano: unixNano(span.fromMs),
    timeUnixNano: unixNano(span.toMs),
    count: String(measured.length),
    sum: measured.reduce((sum, value) => sum + value, 0),
    min: Math.min(...measured),
    max: Math.max(...measured),
    bucketCounts: bucketCounts(measured, of.bounds),
    explicitBounds: of.bounds,
  }));
  if (dataPoints.length === 0) return null;
  return { name: of.name, unit: of.unit, histogram: { aggregationTemporality: DELTA, dataPoints } };
}

/** A bucket holds what is above the bound before it and not above its own; the last has none. */
function bucketCounts(measured: readonly number[], bounds: readonly number[]): string[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of measured) {
    const at = bounds.findIndex((bound) => value <= bound);
    const bucket = at < 0 ? bounds.length : at;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts.map(String);
}

/** Not monotonic: a cost that was booked as lost may be taken back. */
function costSum(points: Points<number>, span: Span) {
  const dataPoints = points.map((values, nanos) => ({
    attributes: attributes(values),
    startTimeUnixNano: unixNano(span.fromMs),
    timeUnixNano: unixNano(span.toMs),
    asInt: String(nanos),
  }));
  if (dataPoints.length === 0) return null;
  return {
    name: "meterr.cost",
    unit: "n{USD}",
    sum: { aggregationTemporality: DELTA, isMonotonic: false, dataPoints },
  };
}
