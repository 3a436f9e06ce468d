import { describe, expect, test } from "vitest";
import { answerHeaders, decisionsOf } from "./decisions.ts";
import { timelineOf } from "./timeline.ts";

const attempt = (ms: number, http_status: number | null, error?: string) => ({
  provider: "openai",
  model: "gpt-5-mini",
  http_status,
  ms,
  cost_usd: null,
  ...(error === undefined ? {} : { error }),
});

describe("the time line", () => {
  test("of one attempt is meterr's own time, the wait, and the answer", () => {
    const { totalMs, steps, marks } = timelineOf({
      attempts: [attempt(990, 200)],
      latency_ms: 1_000,
      ttft_ms: 400,
      overhead_ms: 10,
      stream: true,
    });
    expect(totalMs).toBe(1_000);
    expect(steps[0]?.phases.map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs])).toEqual([
      ["meterr", 0, 10],
      ["waiting", 10, 400],
      ["receiving", 400, 1_000],
    ]);
    expect(marks).toEqual([
      { name: "Sent", atMs: 10 },
      { name: "First token", atMs: 400 },
      { name: "End", atMs: 1_000 },
    ]);
  });

  test("says which attempt failed and why, and shows the pause before the next", () => {
    const { steps } = timelineOf({
      attempts: [attempt(200, null, "upstream_timeout"), attempt(100, 429), attempt(300, 200)],
      latency_ms: 1_000,
      ttft_ms: 900,
      overhead_ms: 0,
      stream: false,
    });
    expect(steps.map(({ failed, why }) => [failed, why === null])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
    expect(steps[2]?.phases[0]).toMatchObject({ kind: "pause", fromMs: 300, toMs: 700 });
    expect(steps[2]?.phases.at(-1)).toMatchObject({ kind: "receiving", toMs: 1_000 });
  });
});

describe("decisions", () => {
  const record = {
    cache: "miss" as const,
    status: "ok" as const,
    attempts: [attempt(10, 200)],
    provider: "openai",
    model: "gpt-5-mini",
    error_code: null,
    bound_usd: "0.01",
    usage_source: "provider" as const,
    flags: [],
    mode: "live" as const,
  };
  test("name cache, budget and route", () => {
    expect(decisionsOf(record).map(({ about }) => about)).toEqual(["Cache", "Budget", "Route"]);
  });
  test("say why a request was refused", () => {
    const refused = { ...record, status: "denied" as const, attempts: [], error_code: "budget_exceeded" };
    expect(decisionsOf(refused)[1]?.what).toMatch(/could not pay/);
    expect(decisionsOf({ ...refused, error_code: "rate_limit_exceeded" })[1]?.about).toBe("Rate limit");
  });
  test("do not say that a target answered which failed", () => {
    const routeOf = (...attempts: Parameters<typeof decisionsOf>[0]["attempts"]) =>
      decisionsOf({ ...record, status: "error", attempts }).find(({ about }) => about === "Route")?.what;
    expect(routeOf(attempt(9, 500))).toBe("The first target failed, and no other was tried.");
    expect(routeOf(attempt(9, null))).toMatch(/failed/);
    expect(routeOf(attempt(9, 500), attempt(9, 500))).toBe("Tried 2 times; none was answered.");
    expect(routeOf(attempt(9, 200))).toBe("The first target answered.");
  });
});

test("headers are those of a whole answer, its cost among them", () => {
  const headers = answerHeaders({
    id: "req_1",
    provider: "openai",
    model: "gpt-5 mini",
    cache: "off",
    attempts: [attempt(1, 200)],
    cost_usd: "0.01",
    mode: "test",
    stream: false,
  });
  expect(Object.fromEntries(headers)).toMatchObject({
    "x-meterr-model": "gpt-5%20mini",
    "x-meterr-cost-usd": "0.01",
    "x-meterr-sandbox": "true",
  });
});
