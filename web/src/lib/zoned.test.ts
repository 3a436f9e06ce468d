import { expect, test } from "vitest";
import { previousStart } from "./zoned.ts";

test.each([
  // The first of April in Berlin is still March in UTC, and "31 February" is no day.
  ["month", "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-02-28T23:00:00Z"],
  ["month", "Europe/Berlin", "2026-07-31T22:00:00Z", "2026-06-30T22:00:00Z"],
  ["month", "America/New_York", "2026-12-01T05:00:00Z", "2026-11-01T04:00:00Z"],
  ["month", "UTC", "2026-12-01T00:00:00Z", "2026-11-01T00:00:00Z"],
  // Summer time begins and ends between.
  ["week", "Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-22T23:00:00Z"],
  ["day", "Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-24T22:00:00Z"],
] as const)("the %s in %s that ended at %s began at %s", (period, zone, end, start) => {
  expect(previousStart(Date.parse(end), period, zone)).toBe(Date.parse(start));
});
