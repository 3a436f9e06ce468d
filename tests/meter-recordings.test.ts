/** The meter and the bound of the gateway over every recorded exchange: each count, each fee, and how tight the bound is. */
import { beforeAll, describe, expect, test } from "vitest";
import { costOf } from "../worker/core/money.ts";
import { NO_TOKENS } from "../worker/core/usage.ts";
import {
  boundOf,
  costOfUsage,
  countIsExactFor,
  encodingFor,
  exactInputTokens,
  priceOf,
} from "../worker/pricing/index.ts";
import { numberIn } from "./support/expected.ts";
import { type Metered, metered, PRICED_AT } from "./support/metering.ts";
import { type Recording, readRecordings, recordingsPresent } from "./support/recordings.ts";
import { printTable, quantile } from "./support/table.ts";

/** A response to another request than the one recorded with it: its answer calls a tool that the request does not bring. */
const MISMATCHED = new Set(["x1a8e1905d549a2"]);
const sentAsRecorded = ({ id, fidelity }: Recording): boolean =>
  !/request-synthetic|shortened|bytes-cut|handmade/.test(fidelity) && !MISMATCHED.has(id);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What the record has to say of parts and units, by the names that the recordings give them. */
function partsOf({ reading }: Metered): Record<string, number> {
  const { tokens, units } = reading.reported ?? { tokens: NO_TOKENS, units: {} as Record<string, number> };
  return {
    input_audio_tokens: tokens.inputAudio,
    input_image_tokens: tokens.inputImage,
    output_audio_tokens: tokens.outputAudio,
    output_image_tokens: tokens.outputImage,
    cache_write_1h_tokens: tokens.inputCacheWrite1h,
    cached_audio_tokens: units.input_audio_cached ?? 0,
    web_search_requests: units.web_search_requests ?? 0,
    web_fetch_requests: units.web_fetch_requests ?? 0,
    search_units: units.search_units ?? 0,
    seconds: units.seconds ?? 0,
    prompt_audio_seconds: units.audio_seconds ?? 0,
    pages_processed: units.pages ?? 0,
  };
}

/** Bound by cost: where the request caps its output, where the model alone does, and capped with the input counted. */
interface Tightness {
  capped: number[];
  uncapped: number[];
  counted: number[];
  unbounded: number;
}
const newTightness = (): Tightness => ({ capped: [], uncapped: [], counted: [], unbounded: 0 });

describe.skipIf(!recordingsPresent)("over all recorded exchanges", () => {
  const all: Metered[] = [];

  beforeAll(async () => {
    for (const recording of readRecordings()) {
      const one = await metered(recording);
      if (one) all.push(one);
    }
    expect(all.length).toBeGreaterThan(700);
  });

  test("modalities, server tools and other units are those that the provider told", () => {
    const wrong: string[] = [];
    let told = 0;
    for (const one of all) {
      const { expected_extra: extra, id, provider } = one.recording;
      for (const [name, count] of Object.entries(partsOf(one))) {
        if (typeof extra[name] !== "number") continue;
        told += 1;
        if (extra[name] !== count) wrong.push(`${id} ${provider} ${name}: ${count} instead of ${extra[name]}`);
      }
      const tools = extra.server_side_tool_usage_details;
      for (const [name, count] of Object.entries(isObject(tools) ? tools : {})) {
        const unit = one.reading.reported?.units[name.replace(/_calls$/, "_requests")] ?? 0;
        told += 1;
        if (unit !== count) wrong.push(`${id} ${provider} ${name}: ${unit} instead of ${count}`);
      }
    }
    console.log(`parts and units: ${told - wrong.length} of ${told} right`);
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThan(70);
  });

  test("turns of several models cost each model's own price", () => {
    let compared = 0;
    for (const { recording, charge, call } of all) {
      const billed = recording.expected_extra.billed_by_model;
      if (!isObject(billed)) continue;
      const parts = Object.entries(billed).flatMap(([name, tokens]) => {
        const model = name === "(main)" ? call.scope.model : name;
        const price = priceOf({ provider: recording.provider, model, time: PRICED_AT });
        if (!price || !isObject(tokens)) throw new Error(`no price for ${model}`);
        const input = numberIn(tokens, "uncached_input_tokens");
        const inputCached = numberIn(tokens, "cached_input_tokens");
        const inputCacheWrite = numberIn(tokens, "cache_write_tokens");
        const sums = { input: input + inputCached + inputCacheWrite, inputCached, inputCacheWrite };
        return costOfUsage(price, { ...NO_TOKENS, ...sums, output: numberIn(tokens, "output_tokens") }).parts;
      });
      compared += 1;
      expect(charge.costNanos, recording.id).toBe(costOf(parts));
    }
    expect(compared).toBeGreaterThan(3);
  });

  test("the bound is never below the cost, the cheap one nor the counted one", async () => {
    const below: string[] = [];
    const rows = new Map<string, Tightness>();
    const sum = newTightness();
    for (const one of all.filter(({ recording }) => sentAsRecorded(recording))) {
      const { recording, request, bound, charge, call } = one;
      const { costNanos } = charge;
      // What nobody reported proves nothing.
      if (!request || !bound || costNanos === null || charge.usageSource !== "provider") continue;
      const row = rows.get(recording.provider) ?? newTightness();
      rows.set(recording.provider, row);
      if (bound.outcome === "unbounded") {
        for (const tightness of [row, sum]) tightness.unbounded += 1;
        continue;
      }
      const { input_tokens: input, output_tokens: output } = recording.expected;
      // Models that are sold by the piece or the second tell tokens for information.
      const fewer =
        request.price.tokens !== null && (bound.inputTokens < (input ?? 0) || bound.outputTokens < (output ?? 0));
      const counted = await countedBound(one);
      const what = `${recording.id} ${recording.provider} ${recording.endpoint} ${call.scope.model}`;
      if (bound.nanos < costNanos || fewer) below.push(`${what}: ${JSON.stringify(bound)} < ${costNanos}`);
      if (counted !== null && counted < costNanos) below.push(`${what}, counted: ${counted} < ${costNanos}`);
      if (costNanos === 0) continue;
      const capped = call.facts.maxOutputTokens !== null;
      for (const tightness of [row, sum]) {
        (capped ? tightness.capped : tightness.uncapped).push(bound.nanos / costNanos);
        if (capped && counted !== null) tightness.counted.push(counted / costNanos);
      }
    }
    const cells = (values: number[]) => [values.length, quantile(values, 0.5), quantile(values, 0.99)];
    printTable(
      "bound / cost",
      ["capped: n", "median", "p99", "uncapped: n", "median", "p99", "counted: n", "median", "p99", "unbounded"],
      [...[...rows].sort(([x], [y]) => x.localeCompare(y)), ["all", sum] as const].map(([name, row]) => [
        name,
        ...cells(row.capped),
        ...cells(row.uncapped),
        ...cells(row.counted),
        row.unbounded,
      ]),
    );
    expect(below).toEqual([]);
    expect(sum.capped.length + sum.uncapped.length).toBeGreaterThan(400);
    expect(sum.counted.length).toBeGreaterThan(10);
  });
});

/** The bound with the input counted, in nanodollars; null where it cannot be. */
async function countedBound({ call, request, recording }: Metered): Promise<number | null> {
  const { dialect } = call.place.endpoint;
  const encoding = encodingFor(call.scope.model);
  if (!request || !dialect || !encoding || call.body.kind !== "json" || recording.endpoint === "responses.compact")
    return null;
  if (!countIsExactFor(recording.provider, call.scope.model)) return null;
  const inputTokensExact = await exactInputTokens(call.body.json, dialect, encoding);
  const bound = inputTokensExact === null ? null : boundOf({ ...request, inputTokensExact });
  return bound?.outcome === "bounded" ? bound.nanos : null;
}
