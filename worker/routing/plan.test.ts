import { describe, expect, test } from "vitest";
import type { RouteNode, Strategy } from "../core/route.ts";
import { type Circumstances, planRoute, sticky } from "./plan.ts";

const target = (model: string, more: Partial<RouteNode> = {}): RouteNode => ({ model, weight: 1, when: null, ...more });
const [a, b, c] = ["openai/a", "openai/b", "groq/c"].map((model) => target(model)) as [RouteNode, RouteNode, RouteNode];
const TRAITS: Circumstances["traits"] = {
  model: "smart",
  budgetsUsed: new Map(),
  tags: {},
  user: null,
  team: null,
  key: "key_1",
  session: null,
  endpoint: "chat/completions",
  stream: false,
  inputTokens: 100,
  maxOutputTokens: null,
};

const circumstances = (more: Partial<Circumstances> = {}): Circumstances => ({
  traits: TRAITS,
  now: Date.parse("2026-11-24T10:00:00Z"),
  random: () => 0,
  costNanos: () => null,
  firstTokenMs: () => null,
  isHealthy: () => true,
  difficulty: () => ({ score: 0.5, signals: [] }),
  wasLarge: false,
  ...more,
});

const order = (strategy: Strategy, targets: RouteNode[], more: Partial<Circumstances> = {}): string[] =>
  planRoute({ strategy, targets }, circumstances(more)).targets.map(({ provider, model }) => `${provider}/${model}`);

describe("a plan", () => {
  test("keeps the order of fallback, names a target once, and puts what failed of late last", () => {
    expect(order("fallback", [a, b, a])).toEqual(["openai/a", "openai/b"]);
    expect(order("fallback", [a, b, c], { isHealthy: ({ model }) => model !== "a" })).toEqual([
      "openai/b",
      "groq/c",
      "openai/a",
    ]);
  });

  test("draws by weight, and keeps the others as fallbacks", () => {
    const targets = [
      target("openai/a", { weight: 3 }),
      target("openai/b", { weight: 1 }),
      target("groq/c", { weight: 0 }),
    ];
    const firsts = Array.from({ length: 1_000 }, (_, i) => order("weighted", targets, { random: () => i / 1_000 })[0]);
    expect(firsts.filter((one) => one === "openai/a")).toHaveLength(750);
    expect(firsts).not.toContain("groq/c");
    expect(order("weighted", targets, { random: () => 0.9 })).toEqual(["openai/b", "openai/a", "groq/c"]);
  });

  test("is the same for each request of a session, and spreads sessions by weight", () => {
    const targets = [target("openai/a", { weight: 3 }), target("openai/b", { weight: 1 })];
    const first = (session: string) => order("weighted", targets, { random: sticky(session) })[0];
    const sessions = Array.from({ length: 2_000 }, (_, i) => `session-${i}`);
    for (const session of sessions.slice(0, 50)) expect(first(session)).toBe(first(session));
    const share = sessions.filter((session) => first(session) === "openai/a").length / sessions.length;
    expect(share).toBeGreaterThan(0.71);
    expect(share).toBeLessThan(0.79);
  });

  test("leaves out what the request does not meet, and says why", () => {
    const prod = target("openai/a", { when: { "tags.env": ["prod*"], input_tokens: { below: 1_000 } } });
    const night = target("openai/b", { when: { hour: { atLeast: 22 } } });
    const tagged = { ...TRAITS, tags: { env: "prod-eu" } };
    expect(order("conditional", [prod, night, c], { traits: tagged })).toEqual(["openai/a", "groq/c"]);
    expect(order("conditional", [prod, night, c], { traits: { ...tagged, inputTokens: 1_000 } })).toEqual(["groq/c"]);
    expect(order("conditional", [night, c], { now: Date.parse("2026-11-24T23:00:00Z") })[0]).toBe("openai/b");
  });

  test("takes the cheapest and the fastest, unknown prices last and unmeasured targets first", () => {
    const costs: Record<string, number> = { a: 300, b: 100 };
    expect(order("cheapest", [c, a, b], { costNanos: ({ model }) => costs[model] ?? null })).toEqual([
      "openai/b",
      "openai/a",
      "groq/c",
    ]);
    expect(order("fastest", [a, b, c], { firstTokenMs: ({ model }) => costs[model] ?? null })).toEqual([
      "groq/c",
      "openai/b",
      "openai/a",
    ]);
  });

  test("goes through nested groups, each in its own way", () => {
    const cheapest: RouteNode = { strategy: "cheapest", targets: [a, b], weight: 1, when: null };
    const costNanos = ({ model }: { model: string }) => (model === "b" ? 1 : 2);
    expect(order("fallback", [c, cheapest], { costNanos })).toEqual(["groq/c", "openai/b", "openai/a"]);
  });
});

describe("auto", () => {
  const [small, large] = [target("openai/small"), target("openai/large")];
  const planned = (score: number, more: Partial<Circumstances> = {}, threshold?: number) =>
    planRoute(
      { strategy: "auto", targets: [small, large], ...(threshold !== undefined && { threshold }) },
      circumstances({ difficulty: () => ({ score, signals: [{ name: "code", weight: 0.2 }] }), ...more }),
    );

  test("takes the large one from the threshold on, and keeps the other one as a fallback", () => {
    const names = (score: number, threshold?: number) =>
      planned(score, {}, threshold).targets.map(({ model }) => model);
    expect(names(0.39)).toEqual(["small", "large"]);
    expect(names(0.4)).toEqual(["large", "small"]);
    expect(names(0.69, 0.7)).toEqual(["small", "large"]);
    expect(planned(0.39).targets[0]?.reason).toBe("the small one of auto: difficulty 0.39 is below 0.4 (code +0.20)");
  });

  test("leaves a session at the large one", () => {
    const { targets, size } = planned(0.1, { wasLarge: true });
    expect([targets[0]?.model, size]).toEqual(["large", "large"]);
    expect(targets[0]?.reason).toBe("the large one of auto: its session is at the large one");
  });

  test("looks at the request only where it decides something", () => {
    const difficulty = () => {
      throw new Error("looked");
    };
    expect(order("fallback", [a, b], { difficulty })).toEqual(["openai/a", "openai/b"]);
  });
});

describe("what would have been asked instead", () => {
  const insteadOf = (strategy: Strategy, targets: RouteNode[], more: Partial<Circumstances> = {}) =>
    planRoute({ strategy, targets }, circumstances(more)).targets.map(({ model, instead }) => [
      model,
      ...instead.map((one) => `${one.saves}:${one.model}`),
    ]);
  const costs =
    (of: Record<string, number>) =>
    ({ model }: { model: string }) =>
      of[model] ?? null;

  test("is the first written of cheapest, unless that failed of late", () => {
    const costNanos = costs({ a: 5, b: 2, c: 9 });
    expect(insteadOf("cheapest", [a, b, c], { costNanos })).toEqual([["b", "route:a"], ["a"], ["c", "route:a"]]);
    const isHealthy = ({ model }: { model: string }) => model !== "a";
    expect(insteadOf("cheapest", [a, c, b], { costNanos, isHealthy })[0]).toEqual(["b", "route:c"]);
  });

  test("is the large one where the small one is enough, and both choices where one is inside the other", () => {
    const difficulty = () => ({ score: 0, signals: [] });
    const cheap: RouteNode = { strategy: "cheapest", targets: [a, b], weight: 1, when: null };
    const costNanos = costs({ a: 5, b: 2, c: 9 });
    expect(insteadOf("auto", [cheap, c], { difficulty, costNanos })).toEqual([
      ["b", "route:a", "auto:c"],
      ["a", "auto:c"],
      ["c"],
    ]);
    expect(insteadOf("auto", [c, cheap], { difficulty, costNanos })[0]).toEqual(["c", "auto:b", "route:a"]);
    expect(insteadOf("fallback", [a, b])).toEqual([["a"], ["b"]]);
  });

  test("is nothing that failed of late, nor what only steps in where the large model was wanted", () => {
    const failing = (...models: string[]) => ({ isHealthy: ({ model }: { model: string }) => !models.includes(model) });
    const easy = { difficulty: () => ({ score: 0.1, signals: [] }) };
    expect(insteadOf("auto", [a, b], easy)).toEqual([["a", "auto:b"], ["b"]]);
    expect(insteadOf("auto", [a, b], { ...easy, ...failing("b") })).toEqual([["a"], ["b"]]);
    expect(insteadOf("auto", [a, b])).toEqual([["b"], ["a"]]);
    expect(insteadOf("auto", [a, b], failing("b"))).toEqual([["a"], ["b"]]);
    const group = target("", { strategy: "fallback", targets: [b, c] } as Partial<RouteNode>);
    expect(insteadOf("auto", [a, group], { ...easy, ...failing("b") })[0]).toEqual(["a", "auto:c"]);
  });
});
