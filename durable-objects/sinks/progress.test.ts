import { expect, test } from "vitest";
import * as progress from "./progress.ts";

const PACE = progress.PACE.webhook;
const NOW = 1_795_500_000_000;

const fresh = (over: Partial<progress.Progress> = {}): progress.Progress => ({
  ...{ sink: "sink_1", seq: 0, until: 0, cutAt: NOW, cutBefore: NOW, delivered: 0, dropped: 0, failures: 0 },
  ...{ failingSince: null, retryAt: 0, lastSuccessAt: null, lastErrorAt: null, lastError: null },
  ...{ pending: 0, waitingSince: NOW, busyUntil: null },
  ...over,
});

const fail = (of: progress.Progress, now: number, random = 1, askedPauseMs = 0) =>
  progress.failed(of, { reason: "answered 500", askedPauseMs, random }, now);

test("a sink without anything to get is never due, one with company to wait for a little later, a full batch at once", () => {
  expect(progress.dueAt(fresh(), PACE)).toBe(Number.POSITIVE_INFINITY);
  expect(progress.dueAt(fresh({ pending: 1 }), PACE)).toBe(NOW + PACE.lingerMs);
  expect(progress.dueAt(fresh({ pending: PACE.batchEvents }), PACE)).toBe(NOW);
});

test("while an attempt runs the next one waits until that must be over", () => {
  const of = fresh({ pending: 5 });
  progress.begin(of, PACE, NOW);
  expect(progress.dueAt(of, PACE)).toBeGreaterThan(NOW + PACE.timeoutMs);
});

test("pauses double up to five minutes, vary by half, and begin anew after a success", () => {
  const of = fresh({ pending: 1 });
  const pauses = Array.from({ length: 12 }, () => {
    fail(of, NOW);
    return of.retryAt - NOW;
  });
  expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(pauses.at(-1)).toBe(300_000);
  const early = fresh({ pending: 1 });
  fail(early, NOW, 0);
  expect(early.retryAt - NOW).toBe(500);
  progress.succeeded(of, { until: 3, count: 1 }, NOW);
  expect(of).toMatchObject({ seq: 3, until: 0, failures: 0, failingSince: null, delivered: 1, pending: 0 });
});

test("a receiver that asks for a longer pause gets it, up to an hour", () => {
  const of = fresh({ pending: 1 });
  fail(of, NOW, 1, 60_000);
  expect(of.retryAt).toBe(NOW + 60_000);
  fail(of, NOW, 1, 86_400_000);
  expect(of.retryAt).toBe(NOW + 3_600_000);
});

test("a sink gives up what waits for it after seven days without a success, and not before", () => {
  const of = fresh({ pending: 40 });
  fail(of, NOW);
  expect(progress.excess(of, NOW + progress.DEAD_MS)).toBe(0);
  const late = NOW + progress.DEAD_MS + 1;
  expect(progress.excess(of, late)).toBe(40);
  progress.gaveUp(of, { seq: 9, count: 40 }, late);
  expect(of).toMatchObject({ seq: 9, pending: 0, dropped: 40, failingSince: late });
});

test("one that falls too far behind gives up the oldest alone", () => {
  const of = fresh({ pending: progress.MAX_PENDING + 7, until: 4 });
  expect(progress.excess(of, NOW)).toBe(7);
  progress.gaveUp(of, { seq: 1, count: 10 }, NOW);
  expect(of).toMatchObject({ seq: 1, until: 0, dropped: 10, pending: progress.MAX_PENDING - 3 });
});
