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

function order(strategy: Strategy, targets: RouteNode[], more: Partial<Circumstances> = {}): string[] {
  const at: Circumstances = {
    traits: TRAITS,
    now: Date.parse("2026-11-24T10:00:00Z"),
    random: () => 0,
    costNanos: () => null,
    firstTokenMs: () => null,
    isHealthy: () => true,
    ...more,
  };
  return planRoute({ strategy, targets }, at).targets.map(({ provider, model }) => `${provider}/${model}`);
}

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
