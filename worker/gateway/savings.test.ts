import { expect, test } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { priceFrom } from "../pricing/index.ts";
import type { Instead } from "../routing/targets.ts";
import type { Call } from "./call.ts";
import { type Charge, NO_CHARGE, type Priced } from "./charge.ts";
import type { Tried } from "./delivery.ts";
import { type Levers, NO_LEVERS } from "./levers.ts";
import { savedBy } from "./savings.ts";

const NOW = Date.UTC(2026, 10, 24);
const priced = (provider: string, model: string): Priced => ({
  ...{ provider, model, time: NOW, price: priceFrom([], { provider, model, time: NOW }), prices: [], conditions: {} },
});
const call = (levers: Partial<Levers>): Call =>
  ({
    ...{ arrivedAt: NOW, scope: { provider: "openai" }, grant: { prices: [] } },
    levers: { ...NO_LEVERS, ...levers },
  }) as unknown as Call;
const charge = (more: Partial<Charge> = {}): Charge => ({
  ...NO_CHARGE,
  tokens: { ...NO_TOKENS, input: 1_000, output: 500 },
  costNanos: 250_000,
  usageSource: "provider",
  priceSource: "catalog",
  ...more,
});
const reading = { modelServed: null, conditions: {} };
const instead = (saves: Instead["saves"], model: string): Instead => ({ provider: "openai", model, saves });
const failed = (model: string): Tried => ({
  attempt: { provider: "openai", model, httpStatus: 500, ms: 1, costNanos: 0 },
  charge: NO_CHARGE,
});
const AT_NANO = priced("openai", "gpt-5-nano");
const CHAIN = [instead("route", "gpt-5-mini"), instead("auto", "gpt-5")];

test("choices inside one another are told apart, and add up to what the outermost saved", () => {
  const { savings } = savedBy(call({ instead: CHAIN }), AT_NANO, { reading, charge: charge(), earlier: [] });
  expect(savings).toEqual({ route: 1_000_000, auto: 5_000_000 });
});

test("a target that had failed would not have answered either: nothing is saved over it, nor over what it stood in", () => {
  const over = (...models: string[]) =>
    savedBy(call({ instead: CHAIN }), AT_NANO, { reading, charge: charge(), earlier: models.map(failed) }).savings;
  expect(over("gpt-5")).toEqual({ route: 1_000_000 });
  expect(over("gpt-5-mini")).toEqual({});
});

test("what a choice cost more is told too", () => {
  const dear = charge({ costNanos: 2_000_000 });
  const { savings } = savedBy(call({ instead: CHAIN.slice(0, 1) }), AT_NANO, { reading, charge: dear, earlier: [] });
  expect(savings).toEqual({ route: -750_000 });
});

test("the slower tier and what was chosen add up to what neither would have cost", () => {
  const flexed = charge({ costNanos: 125_000, conditions: { serviceTier: "flex" } });
  const levers = { flex: true, instead: [instead("auto", "gpt-5")] };
  const at = { ...AT_NANO, conditions: { serviceTier: "flex" } };
  const answer = { reading: { modelServed: null, conditions: { serviceTier: "flex" } }, charge: flexed, earlier: [] };
  const { savings } = savedBy(call(levers), at, answer);
  expect(savings).toEqual({ flex: 125_000, auto: 6_000_000 });
});

test("what the client paid more for, it would have paid more for at the other model too", () => {
  const fast = charge({ costNanos: 500_000, conditions: { serviceTier: "priority" } });
  const over = (other: Instead, provider = "openai") =>
    savedBy({ ...call({ instead: [other] }), scope: { provider } } as Call, AT_NANO, {
      ...{ reading, charge: fast, earlier: [] },
    }).savings;
  expect(over(instead("auto", "gpt-5"))).toEqual({ auto: 12_500_000 - 500_000 });
  expect(over(instead("auto", "gpt-5"), "azure")).toEqual({ auto: 6_250_000 - 500_000 });
});

test("prompts are compared with what they cost unread and unwritten, in the tier that was served", () => {
  const tokens = { ...NO_TOKENS, input: 10_000, inputCached: 8_000, inputCacheWrite: 1_000 };
  const kept = charge({ tokens, costNanos: 3_000_000 + 2_400_000 + 3_750_000 });
  const at = priced("anthropic", "claude-sonnet-4-5");
  const { savings } = savedBy(call({ marked: true }), at, { reading, charge: kept, earlier: [] });
  expect(savings).toEqual({ prompt_cache: 30_000_000 - 9_150_000 });
});

test("nothing is told where the cost is not known, is the provider's own word, or is a bound", () => {
  const of = (more: Partial<Charge>, levers: Partial<Levers> = { marked: true }) =>
    savedBy(call(levers), AT_NANO, { reading, charge: charge(more), earlier: [] });
  expect(of({ costNanos: null })).toEqual({});
  expect(of({ usageSource: "bound" })).toEqual({});
  expect(of({ priceSource: "provider" }).savings).toEqual({});
  expect(of({}, { instead: [instead("route", "unheard-of")] }).savings).toEqual({});
});

test("a shadow whose price is known is told, and another one is not", () => {
  const shadowAt = (model: string) =>
    savedBy(call({ shadow: { route: "r", model } }), AT_NANO, { reading, charge: charge(), earlier: [] }).shadow;
  expect(shadowAt("openai/gpt-5")).toEqual({ route: "r", model: "openai/gpt-5", costNanos: 6_250_000 });
  expect(shadowAt("openai/unheard-of")).toBeUndefined();
});
