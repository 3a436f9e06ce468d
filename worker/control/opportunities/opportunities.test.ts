import { describe, expect, it } from "vitest";
import type { SampledRequest } from "../../db/report-sample.ts";
import { cheaper, type ModelUse } from "./cheaper.ts";
import { flex } from "./flex.ts";
import { promptCache } from "./prompt-cache.ts";
import { repeats } from "./repeats.ts";
import { shadowed } from "./shadow.ts";

const START = Date.parse("2026-11-24T10:00:00Z");
const MINUTE = 60_000;

const request = (minute: number, more: Partial<SampledRequest> = {}): SampledRequest => ({
  time: START + minute * MINUTE,
  key: "key_a",
  provider: "openai",
  model: "gpt-5-mini",
  session: null,
  costNanos: 1_000,
  fingerprint: "faq",
  input: 100,
  inputCached: 0,
  inputCacheWrite: 0,
  stream: false,
  cache: "off",
  serviceTier: null,
  ...more,
});
const sample = (requests: SampledRequest[], factor = 1) => ({ requests, factor });

describe("repeats", () => {
  it("count as a cache would have answered them: within an hour of the one that was stored", () => {
    const [found, ...others] = repeats(sample([request(0), request(10), request(59), request(70), request(71)]));
    expect(others).toEqual([]);
    // At 70 the answer of minute 0 has gone, and is stored anew.
    expect(found).toMatchObject({
      lever: "cache",
      subject: { key: "key_a" },
      requests: 3,
      savingNanos: 3_000,
      change: { method: "PATCH", path: "/keys/key_a", body: { cache: { ttl_seconds: 3_600 } } },
    });
    expect(found?.basis).toContain("3 of 5 requests");
  });

  it("are of one key, model and kind of answer, and of what no cache was asked about", () => {
    const others = [
      { key: "key_b" },
      { model: "gpt-5" },
      { provider: "azure" },
      { stream: true },
      { fingerprint: "x" },
    ];
    expect(repeats(sample([request(0), ...others.map((more, at) => request(at, more))]))).toEqual([]);
    expect(repeats(sample([request(0, { cache: "miss" }), request(1, { cache: "hit" })]))).toEqual([]);
    expect(repeats(sample([request(0, { fingerprint: null }), request(1, { fingerprint: null })]))).toEqual([]);
  });

  it("of a sample stand for those of the whole span, and say so", () => {
    const [found] = repeats(sample([request(0), request(1)], 2.5));
    expect(found).toMatchObject({ requests: 3, savingNanos: 2_500 });
    expect(found?.basis).toContain("1 of the newest 2 requests");
  });
});

describe("a prompt cache", () => {
  const turn = (minute: number, input: number, more: Partial<SampledRequest> = {}) =>
    request(minute, { provider: "anthropic", model: "claude-haiku-4-5", session: "run", input, ...more });

  it("saves nine tenths of what the turn before had sent, less a quarter of what is new", () => {
    // Haiku: a dollar a million; read at 0.1, written at 1.25.
    const [found] = promptCache(sample([turn(0, 10_000), turn(1, 11_000), turn(2, 12_000)]));
    expect(found).toMatchObject({
      lever: "prompt_cache",
      requests: 3,
      savingNanos: 21_000 * 900 - 12_000 * 250,
      change: { path: "/keys/key_a", body: { prompt_cache: "auto" } },
    });
  });

  it("saves nothing where turns are far apart, short, in no session, at another provider, or cached already", () => {
    const pair = (more: Partial<SampledRequest>, apart = 1) => [turn(0, 10_000, more), turn(apart, 11_000, more)];
    expect(promptCache(sample(pair({})))).toHaveLength(1);
    expect(promptCache(sample(pair({}, 6)))).toEqual([]);
    expect(promptCache(sample([turn(0, 900), turn(1, 1_000)]))).toEqual([]);
    expect(promptCache(sample(pair({ session: null })))).toEqual([]);
    expect(promptCache(sample(pair({ provider: "openai", model: "gpt-5" })))).toEqual([]);
    expect(promptCache(sample(pair({ inputCached: 5_000 })))).toEqual([]);
  });
});

describe("the flex tier", () => {
  it("is half of what jobs cost at most, where the model is sold in it", () => {
    expect(flex(sample([request(0), request(1, { fingerprint: "other" })]))).toMatchObject([
      {
        subject: { provider: "openai", model: "gpt-5-mini" },
        requests: 2,
        costNanos: 2_000,
        savingNanos: 1_000,
        certainty: "at_most",
        change: { method: "PUT", path: "/routes/gpt-5-mini-flex" },
      },
    ]);
  });

  it("is nothing for who waits, who has it, and models without", () => {
    const others = [
      { stream: true },
      { session: "chat" },
      { serviceTier: "flex" },
      { serviceTier: "priority" },
      { model: "gpt-4o-mini" },
      { provider: "anthropic", model: "claude-haiku-4-5" },
    ];
    expect(flex(sample(others.map((more, at) => request(at, more))))).toEqual([]);
  });
});

describe("a cheaper seller", () => {
  const use = (more: Partial<ModelUse> = {}): ModelUse => ({
    provider: "dear",
    model: "gpt-5-mini",
    requests: 10,
    costNanos: 1_000_000,
    tokens: { input: 10_000, inputCached: 0, inputCacheWrite: 0, output: 1_000, outputReasoning: 0 },
    ...more,
  });
  const own = (input: string, output: string) => ({
    id: "price_1",
    name: "dear",
    provider: "dear",
    model: "gpt-5-mini",
    perMillionTokens: { input, output },
    createdAt: 0,
    changedAt: 0,
  });
  const at = { connected: new Set(["openai"]), now: START };

  it("saves the difference of the two prices for the same tokens", () => {
    // OpenAI: $0.25 and $2; the tenant's own at the other: twice that.
    expect(cheaper([use()], { ...at, prices: [own("0.5", "4")] })).toMatchObject([
      {
        lever: "route",
        savingNanos: 500_000,
        certainty: "measured",
        needs: null,
        change: {
          path: "/routes/gpt-5-mini",
          body: { strategy: "cheapest", targets: [{ model: "openai/gpt-5-mini" }, { model: "dear/gpt-5-mini" }] },
        },
      },
    ]);
  });

  it("is none where its price is the same or dearer, or this one's is not known; and needs a credential", () => {
    expect(cheaper([use()], { ...at, prices: [own("0.25", "2")] })).toEqual([]);
    expect(cheaper([use()], { ...at, prices: [own("0.1", "1")] })).toEqual([]);
    expect(cheaper([use()], { ...at, prices: [] })).toEqual([]);
    const [found] = cheaper([use()], { ...at, connected: new Set(), prices: [own("0.5", "4")] });
    expect(found?.needs).toBe("A credential of openai");
  });
});

it("a shadow tells what the same tokens would have cost, where that is less", () => {
  const row = {
    ...{ route: "smart", provider: "openai", model: "gpt-5", shadow: "openai/gpt-5-mini" },
    ...{ requests: 4, costNanos: 1_000, shadowNanos: 200 },
  };
  expect(shadowed([row, { ...row, shadowNanos: 1_000 }])).toMatchObject([
    { subject: { route: "smart" }, requests: 4, costNanos: 1_000, savingNanos: 800, certainty: "at_most" },
  ]);
});
