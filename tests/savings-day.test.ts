/** A part of the day that `npm run bench:savings` runs whole: what the levers save together, and that nothing is bought with it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { LEAST_SAVED, savedPart } from "../bench/day/report.ts";
import { type DayResult, runDay } from "../bench/day/run.ts";
import { LEVERS } from "../bench/day/types.ts";
import { type System, startSystem } from "./support/system.ts";

const SIZE = 0.125;

let system: System;
let without: DayResult;
let all: DayResult;

beforeAll(async () => {
  system = await startSystem();
  [without, all] = await Promise.all([
    runDay(system, { levers: [], size: SIZE }),
    runDay(system, { levers: LEVERS, size: SIZE }),
  ]);
});
afterAll(() => system?.stop());

test("a day costs two fifths less, and the same is asked", () => {
  expect(savedPart(without, all)).toBeGreaterThanOrEqual(LEAST_SAVED);
  expect(all.requests).toBe(without.requests);
  expect(without.savedNanos).toEqual({});
});

test("each lever has a part in it", () => {
  // Double clicks on what is not stored yet are too few in a part of a day: what they save is tested in cache.test.ts.
  for (const reason of ["cache", "prompt_cache", "flex", "route", "auto"]) {
    expect(all.savedNanos[reason], reason).toBeGreaterThan(0);
  }
});

test("what the providers charge is what the records say, to the nanodollar", () => {
  for (const { billNanos, recordedNanos } of [without, all]) expect(recordedNanos).toBe(billNanos);
});

test("what the records say was saved is what the bill is smaller by, but for what providers keep by themselves", () => {
  const told = Object.values(all.savedNanos).reduce((sum, nanos) => sum + nanos, 0);
  const difference = without.billNanos - all.billNanos;
  expect(Math.abs(told - difference) / difference).toBeLessThan(0.05);
});

test("every client gets the answer to its own question, by a model that its key may use", () => {
  for (const { wrongAnswers, wrongModels } of [without, all]) {
    expect(wrongAnswers).toEqual([]);
    expect(wrongModels).toEqual([]);
  }
  expect(all.cacheHits).toBeGreaterThan(20);
});

test("hard questions stay with the large model, but for those whose key has the small one alone", () => {
  const { easy, hard } = all.judged;
  expect(easy.small / easy.asked).toBeGreaterThan(0.5);
  expect(hard.small / hard.asked).toBeLessThan(0.2);
});
