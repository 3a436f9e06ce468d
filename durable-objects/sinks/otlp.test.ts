import { expect, test } from "vitest";
import { NO_TOKENS } from "../../worker/core/usage.ts";
import { metricsPayload, tracesPayload } from "./otlp.ts";
import { usageEvent } from "./test-kit.ts";

const TENANT = "tenant000001";
const CUT = { tenant: TENANT, cutAt: 1_795_500_002_000, cutBefore: 1_795_500_001_000 };

/** What of OTLP's protobuf messages a payload may use, with the form of each scalar in JSON. */
const INT64 = /^-?\d+$/;
const TIME = /^\d{19}$/;
type Shape = { [field: string]: Shape | [Shape] | RegExp | [RegExp] | "number" | ["number"] | "string" | "boolean" };
const ANY_VALUE: Shape = { stringValue: "string", boolValue: "boolean", intValue: INT64, doubleValue: "number" };
const ATTRIBUTES: [Shape] = [{ key: "string", value: ANY_VALUE }];
const RESOURCE: Shape = { attributes: ATTRIBUTES };
const SCOPE: Shape = { name: "string" };
const SPAN: Shape = {
  traceId: /^[0-9a-f]{32}$/,
  spanId: /^[0-9a-f]{16}$/,
  name: "string",
  kind: "number",
  startTimeUnixNano: TIME,
  endTimeUnixNano: TIME,
  attributes: ATTRIBUTES,
  status: { code: "number", message: "string" },
};
const TRACES: Shape = { resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: SCOPE, spans: [SPAN] }] }] };
const POINT: Shape = { attributes: ATTRIBUTES, startTimeUnixNano: TIME, timeUnixNano: TIME };
const HISTOGRAM_POINT: Shape = {
  ...POINT,
  count: INT64,
  sum: "number",
  min: "number",
  max: "number",
  bucketCounts: [INT64],
  explicitBounds: ["number"],
};
const METRIC: Shape = {
  name: "string",
  unit: "string",
  histogram: { aggregationTemporality: "number", dataPoints: [HISTOGRAM_POINT] },
  sum: { aggregationTemporality: "number", isMonotonic: "boolean", dataPoints: [{ ...POINT, asInt: INT64 }] },
};
const METRICS: Shape = {
  resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope: SCOPE, metrics: [METRIC] }] }],
};

/** Where `value` is not of `shape`, by path. */
function misfits(value: unknown, shape: Shape[string], path = ""): string[] {
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    return value.flatMap((item, n) => misfits(item, shape[0], `${path}[${n}]`));
  }
  if (typeof shape === "string") return typeof value === shape ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (shape instanceof RegExp) return typeof value === "string" && shape.test(value) ? [] : [`${path}: ${value}`];
  return Object.entries(value as object).flatMap(([field, inner]) => {
    const known = shape[field];
    return known === undefined ? [`${path}.${field}: no such field`] : misfits(inner, known, `${path}.${field}`);
  });
}

const EVENTS = [
  usageEvent(TENANT, "req_1", {
    session: "s1",
    user: "ana",
    tags: { feature: "search" },
    tokens: { ...NO_TOKENS, input: 1_200, inputCached: 1_024, output: 310, outputReasoning: 128 },
    costNanos: 912_345,
    stream: true,
    ttftMs: 430,
    latencyMs: 2_210.25,
  }),
  usageEvent(TENANT, "req_2", { status: "error", httpStatus: 429, usageSource: "none", costNanos: null }),
  usageEvent(TENANT, "req_3", { dialect: "gemini", endpoint: "embedContent", provider: "google" }),
];

const attributesOf = (span: { attributes: { key: string; value: object }[] } | undefined) =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));

test("traces are an ExportTraceServiceRequest of OTLP's JSON: hex ids, times as text", async () => {
  const payload = JSON.parse(JSON.stringify(await tracesPayload({ tenant: TENANT, events: EVENTS })));
  expect(misfits(payload, TRACES)).toEqual([]);
  const { spans } = payload.resourceSpans[0].scopeSpans[0];
  expect(spans).toHaveLength(3);
  expect(spans[0]).toMatchObject({
    name: "chat gpt-5-mini",
    kind: 3,
    startTimeUnixNano: "1795500000000000000",
    endTimeUnixNano: "1795500002210250000",
    status: {},
  });
  expect(attributesOf(spans[0])).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07",
    "gen_ai.conversation.id": "s1",
    "gen_ai.usage.input_tokens": "1200",
    "gen_ai.usage.cache_read.input_tokens": "1024",
    "gen_ai.usage.output_tokens": "310",
    "gen_ai.usage.reasoning.output_tokens": "128",
    "gen_ai.response.time_to_first_chunk": 0.43,
    "user.id": "ana",
    "meterr.cost.nanousd": "912345",
    "meterr.tag.feature": "search",
  });
  expect(spans[1].status).toEqual({ code: 2, message: "429" });
  expect(attributesOf(spans[1])).not.toHaveProperty("meterr.cost.nanousd");
  expect(attributesOf(spans[1])).not.toHaveProperty("gen_ai.usage.input_tokens");
  expect(attributesOf(spans[1])).toMatchObject({ "error.type": "429" });
  expect(attributesOf(spans[2])).toMatchObject({
    "gen_ai.operation.name": "embeddings",
    "gen_ai.provider.name": "gcp.gemini",
  });
});

test("a repeat is the same to the byte, and no two tenants' events share an id", async () => {
  const first = JSON.stringify(await tracesPayload({ tenant: TENANT, events: EVENTS }));
  expect(JSON.stringify(await tracesPayload({ tenant: TENANT, events: EVENTS }))).toBe(first);
  const batch = { ...CUT, events: EVENTS };
  expect(JSON.stringify(metricsPayload(batch))).toBe(JSON.stringify(metricsPayload(batch)));
  const other = await tracesPayload({ tenant: "x", events: [usageEvent("x", "req_1")] });
  expect(first).not.toContain(other.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId);
});

test("metrics are an ExportMetricsServiceRequest: deltas of the conventions' histograms, and the cost", () => {
  const payload = JSON.parse(JSON.stringify(metricsPayload({ ...CUT, events: EVENTS })));
  expect(misfits(payload, METRICS)).toEqual([]);
  const { metrics } = payload.resourceMetrics[0].scopeMetrics[0];
  const named = Object.fromEntries(metrics.map((metric: { name: string }) => [metric.name, metric]));
  expect(Object.keys(named)).toEqual([
    "gen_ai.client.token.usage",
    "gen_ai.client.operation.duration",
    "gen_ai.client.operation.time_to_first_chunk",
    "meterr.cost",
  ]);
  const [input] = named["gen_ai.client.token.usage"].histogram.dataPoints;
  expect(input).toMatchObject({ count: "1", sum: 1_200, startTimeUnixNano: "1795500001000000000" });
  expect(input.explicitBounds.slice(0, 5)).toEqual([1, 4, 16, 64, 256]);
  expect(input.bucketCounts).toHaveLength(input.explicitBounds.length + 1);
  // 1,200 is above 1,024 and not above 4,096.
  expect(input.bucketCounts.indexOf("1")).toBe(6);
  const duration = named["gen_ai.client.operation.duration"].histogram;
  expect(duration.aggregationTemporality).toBe(1);
  expect(duration.dataPoints[0].explicitBounds.slice(0, 3)).toEqual([0.01, 0.02, 0.04]);
  expect(duration.dataPoints[0].explicitBounds.at(-1)).toBe(81.92);
  expect(named["meterr.cost"].sum.dataPoints.map((point: { asInt: string }) => point.asInt)).toEqual(["912345", "60"]);
});

test("a cost that is taken back or told anew counts by the difference, and its request once", () => {
  const events = [
    usageEvent(TENANT, "lost_1", { status: "lost", costNanos: 500 }),
    usageEvent(TENANT, "back_1", { status: "lost", costNanos: -500 }),
    usageEvent(TENANT, "req_9", { status: "lost", costNanos: 70, amends: { costNanos: 100 } }),
  ];
  const { metrics } = metricsPayload({ ...CUT, events }).resourceMetrics[0]?.scopeMetrics[0] ?? { metrics: [] };
  const of = (name: string) => metrics.find((metric) => metric.name === name);
  expect(of("meterr.cost")).toMatchObject({ sum: { dataPoints: [{ asInt: "-30" }] } });
  expect(of("gen_ai.client.operation.duration")).toMatchObject({ histogram: { dataPoints: [{ count: "1" }] } });
});
