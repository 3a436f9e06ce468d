import { expect, test } from "vitest";
import type { Period } from "../worker/core/policy.ts";
import { periodAt } from "./period.ts";

const span = (period: Period, timezone: string, at: string) => {
  const { startsAt, endsAt } = periodAt(period, timezone, Date.parse(at));
  return [new Date(startsAt).toISOString(), new Date(endsAt).toISOString()];
};
const HOUR_MS = 3_600_000;

test("a day begins at the midnight of its time zone", () => {
  expect(span("day", "UTC", "2026-11-23T23:59:59.999Z")).toEqual([
    "2026-11-23T00:00:00.000Z",
    "2026-11-24T00:00:00.000Z",
  ]);
  expect(span("day", "Asia/Tokyo", "2026-11-23T15:00:00Z")).toEqual([
    "2026-11-23T15:00:00.000Z",
    "2026-11-24T15:00:00.000Z",
  ]);
  expect(span("day", "America/New_York", "2026-11-23T04:59:59Z")).toEqual([
    "2026-11-22T05:00:00.000Z",
    "2026-11-23T05:00:00.000Z",
  ]);
});

test("a week begins on Monday, a month on its first", () => {
  // 2026-11-22 is a Sunday.
  expect(span("week", "UTC", "2026-11-22T12:00:00Z")).toEqual(["2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"]);
  expect(span("week", "UTC", "2026-11-23T00:00:00Z")).toEqual(["2026-11-23T00:00:00.000Z", "2026-11-30T00:00:00.000Z"]);
  expect(span("month", "UTC", "2026-12-31T23:00:00Z")).toEqual([
    "2026-12-01T00:00:00.000Z",
    "2027-01-01T00:00:00.000Z",
  ]);
  expect(span("month", "Asia/Kolkata", "2026-02-28T18:30:00Z")).toEqual([
    "2026-02-28T18:30:00.000Z",
    "2026-03-31T18:30:00.000Z",
  ]);
});

test("days have 23 and 25 hours where summer time begins and ends", () => {
  expect(span("day", "Europe/Berlin", "2026-03-29T12:00:00Z")).toEqual([
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  expect(span("day", "Europe/Berlin", "2026-10-25T12:00:00Z")).toEqual([
    "2026-10-24T22:00:00.000Z",
    "2026-10-25T23:00:00.000Z",
  ]);
});

test("a day without a midnight begins with its first instant", () => {
  // In Cairo the clock goes from 23:59:59 on 23 April 2026 to 01:00.
  const [startsAt = ""] = span("day", "Africa/Cairo", "2026-04-24T12:00:00Z");
  expect(startsAt).toBe("2026-04-23T22:00:00.000Z");
  const [, endsAt = ""] = span("day", "Africa/Cairo", "2026-04-23T12:00:00Z");
  expect(endsAt).toBe(startsAt);
});

test("an hour that the clock shows twice is two hours", () => {
  const first = periodAt("hour", "Europe/Berlin", Date.parse("2026-10-25T00:30:00Z"));
  const second = periodAt("hour", "Europe/Berlin", Date.parse("2026-10-25T01:30:00Z"));
  expect(second.startsAt).toBe(first.endsAt);
  expect(second.endsAt - second.startsAt).toBe(HOUR_MS);
  expect(span("hour", "Asia/Kolkata", "2026-11-23T10:05:00Z")).toEqual([
    "2026-11-23T09:30:00.000Z",
    "2026-11-23T10:30:00.000Z",
  ]);
});

test("the total never ends, and an unknown time zone is UTC", () => {
  expect(periodAt("total", "UTC", 5)).toEqual({ startsAt: 0, endsAt: Number.POSITIVE_INFINITY });
  expect(span("day", "Mars/Olympus", "2026-11-23T12:00:00Z")[0]).toBe("2026-11-23T00:00:00.000Z");
});

test.each([
  "UTC",
  "Europe/Berlin",
  "America/St_Johns",
  "Africa/Cairo",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "America/Sao_Paulo",
])("periods of %s follow each other without a gap, and contain their instants", (timezone) => {
  for (const period of ["hour", "day", "week", "month"] as const) {
    let at = Date.UTC(2026, 0, 1, 3, 7);
    const until = at + (period === "hour" ? 60 : 400) * 24 * HOUR_MS;
    while (at < until) {
      const { startsAt, endsAt } = periodAt(period, timezone, at);
      expect(startsAt).toBeLessThanOrEqual(at);
      expect(endsAt).toBeGreaterThan(at);
      const next = periodAt(period, timezone, endsAt);
      expect(next.startsAt).toBe(endsAt);
      expect(periodAt(period, timezone, endsAt - 1)).toEqual({ startsAt, endsAt });
      at = next.startsAt + (next.endsAt - next.startsAt) / 3;
    }
  }
});
