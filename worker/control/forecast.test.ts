import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { DAY_MS, type DayCost, forecast, startOfDay } from "./forecast.ts";
import { newTenant, operator } from "./test-kit.ts";

/** A Monday. */
const MONDAY = Date.UTC(2026, 10, 2);
const END = MONDAY + 28 * DAY_MS;

/** `days` before `today`, each at what `cost` says of its day of the week (Monday is 0) and its number. */
const series = (today: number, days: number, cost: (weekday: number, index: number) => number): DayCost[] =>
  Array.from({ length: days }, (_, index) => {
    const day = today - (days - index) * DAY_MS;
    return { day, costNanos: cost((new Date(day).getUTCDay() + 6) % 7, index) };
  });

const at = (now: number, history: readonly DayCost[], spent = 0) =>
  forecast({ startsAt: MONDAY, endsAt: END, now, spent, history });

it("expects of even days the same for each that is left, and is sure of it", () => {
  const { basis, expected, low, high } = at(
    MONDAY,
    series(MONDAY, 56, () => 1_000),
  );
  expect({ basis, expected, low, high }).toEqual({ basis: "history", expected: 28_000, low: 28_000, high: 28_000 });
});

it("knows weekends: what is left counts by its days of the week", () => {
  const office = series(MONDAY, 56, (weekday) => (weekday < 5 ? 1_000 : 0));
  expect(at(MONDAY, office).expected).toBe(20_000);
  const saturday = MONDAY + 26 * DAY_MS;
  expect(
    at(
      saturday,
      series(saturday, 56, (weekday) => (weekday < 5 ? 1_000 : 0)),
      20_000,
    ).expected,
  ).toBe(20_000);
  const friday = MONDAY + 25 * DAY_MS;
  expect(
    at(
      friday,
      series(friday, 56, (weekday) => (weekday < 5 ? 1_000 : 0)),
      19_000,
    ).expected,
  ).toBe(20_000);
});

it("counts of today what is left of it", () => {
  const noon = END - DAY_MS / 2;
  expect(
    at(
      noon,
      series(startOfDay(noon), 56, () => 1_000),
      5_000,
    ).expected,
  ).toBe(5_500);
});

it("follows a change of late sooner than one of long ago", () => {
  const grown = series(MONDAY, 56, (_, index) => (index < 28 ? 1_000 : 2_000));
  const { expected } = at(MONDAY, grown);
  // The plain mean would be 1,500 a day.
  expect(expected / 28).toBeGreaterThan(1_700);
  expect(expected / 28).toBeLessThan(2_000);
});

it("gives a range that four of five outcomes lie in", () => {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const draw = (weekday: number) => Math.round((weekday < 5 ? 10_000 : 2_000) * (0.4 + 1.2 * random()));
  let within = 0;
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    const { low, high } = at(MONDAY, series(MONDAY, 56, draw));
    const actual = series(END, 28, draw).reduce((sum, { costNanos }) => sum + costNanos, 0);
    if (actual >= low && actual <= high) within++;
  }
  expect(within / rounds).toBeGreaterThan(0.72);
  expect(within / rounds).toBeLessThan(0.9);
});

it("goes by the pace where there are too few days, and says nothing is left where nothing is", () => {
  const paced = at(
    MONDAY + 7 * DAY_MS,
    series(MONDAY, 2, () => 1_000),
    7_000,
  );
  expect(paced).toMatchObject({ basis: "pace", expected: 28_000, low: 7_000, high: 49_000 });
  expect(at(MONDAY, [])).toMatchObject({ basis: "pace", expected: 0, low: 0, high: 0 });
  expect(
    at(
      END,
      series(END, 56, () => 1_000),
      123,
    ),
  ).toMatchObject({ basis: "done", expected: 123, high: 123 });
});

it("never expects less than what is spent", () => {
  const wild = series(MONDAY, 56, (_, index) => (index % 9 === 0 ? 90_000 : 0));
  const { low, expected, high } = at(MONDAY + DAY_MS / 2, wild, 40_000);
  expect(low).toBeGreaterThanOrEqual(40_000);
  expect(expected).toBeGreaterThan(low - 1);
  expect(high).toBeGreaterThan(expected);
});

it("is answered from the usage that there is", async () => {
  const tenant = await newTenant();
  const today = startOfDay(Date.now());
  const insert = env.DB.prepare(
    `INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens,
       input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos,
       latency_ms)
     VALUES (?, 'all', ?, '', 'openai', ?, 'ok', 'live', 1, 0, 0, 0, 0, 0, 0, ?, 0, 0)`,
  );
  const rows: D1PreparedStatement[] = [];
  for (let back = 1; back <= 60; back++) {
    rows.push(insert.bind(tenant, today - back * DAY_MS, "a", 2_000_000_000));
    rows.push(insert.bind(tenant, today - back * DAY_MS, "b", 1_000_000_000));
  }
  // Imported under a date to come: of no present period.
  rows.push(insert.bind(tenant, today + 40 * DAY_MS, "a", 5_000_000_000));
  await env.DB.batch(rows);
  const url = `/api/v1/tenants/${tenant}/forecast`;
  const { status, body } = await operator("GET", `${url}?period=day`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ period: "day", spent_usd: "0.000000000", basis: "history", history_days: 56 });
  const left = (Date.parse(body.ends_at) - Date.now()) / DAY_MS;
  expect(Number(body.expected_usd)).toBeCloseTo(3 * left, 1);

  const { body: month } = await operator("GET", url);
  const days = (Date.parse(month.ends_at) - today) / DAY_MS;
  const before = (today - Date.parse(month.starts_at)) / DAY_MS;
  expect(Number(month.spent_usd)).toBe(3 * before);
  expect(Number(month.expected_usd)).toBeCloseTo(3 * (before + days - (1 - left + Math.floor(left))), 1);
  const { body: ofOne } = await operator("GET", `${url}?model=b`);
  expect(Number(ofOne.expected_usd)).toBeCloseTo(Number(month.expected_usd) / 3, 1);
  expect((await operator("GET", `${url}?period=year`)).status).toBe(400);
});
