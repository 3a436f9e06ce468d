import { expect, test } from "vitest";
import { count, lastFall, nextFall, roll, slotMsOf } from "./rolling.ts";
import type { Pot } from "./rows.ts";

const MINUTE_MS = 60_000;
const limit = { period: "minute", rolling: true } as Parameters<typeof slotMsOf>[0];
const newPot = (slotMs = slotMsOf(limit)): Pot => ({
  ...{ id: "p", budget: "b", subject: null, unit: "requests", startsAt: 0, endsAt: Number.POSITIVE_INFINITY },
  ...{ slotMs, slots: [], settled: 0, lost: 0, held: 0, before: 0, hot: 0, shortUntil: 0 },
});

test("what was settled counts for a whole period, and at most a sixtieth longer", () => {
  const pot = newPot();
  count(pot, "settled", { amount: 5, at: 1_500 });
  roll(pot, 1_500 + MINUTE_MS);
  expect(pot.settled).toBe(5);
  expect(nextFall(pot)).toBe(2_000 + MINUTE_MS);
  roll(pot, 2_000 + MINUTE_MS);
  expect(pot).toMatchObject({ settled: 0, slots: [] });
  expect(nextFall(pot)).toBeNull();
});

test("what happened earlier is counted where it belongs, and never in more slots than there are", () => {
  const pot = newPot();
  for (let at = 0; at < 10 * MINUTE_MS; at += 700) {
    count(pot, "settled", { amount: 1, at: Math.max(0, at - (at % 3_000)) });
    roll(pot, at);
    expect(pot.slots.length).toBeLessThanOrEqual(62);
  }
  const numbers = pot.slots.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(pot.settled).toBe(pot.slots.reduce((sum, slot) => sum + slot.settled, 0));
  expect(lastFall(pot)).toBeGreaterThan(11 * MINUTE_MS - 5_000);
});

test("what was lost is taken back as long as it counts, and not once it has fallen out", () => {
  const pot = newPot();
  count(pot, "lost", { amount: 7, at: 0 });
  count(pot, "lost", { amount: -7, at: 0 });
  expect(pot.lost).toBe(0);
  count(pot, "lost", { amount: 7, at: 0 });
  roll(pot, 2 * MINUTE_MS);
  count(pot, "lost", { amount: -7, at: 0 });
  expect(pot.lost).toBe(0);
});

test("a calendar period keeps one sum", () => {
  const pot = newPot(0);
  count(pot, "settled", { amount: 3, at: 0 });
  count(pot, "settled", { amount: 4, at: 5 * MINUTE_MS });
  roll(pot, 100 * MINUTE_MS);
  expect(pot).toMatchObject({ settled: 7, slots: [] });
});
