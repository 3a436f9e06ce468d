import { expect, test } from "vitest";
import { spanOf } from "./period.ts";

const now = Date.parse("2026-11-24T10:20:00.000Z");

test("thirty days end with today", () => {
  const span = spanOf("30d", now);
  expect(span.steps).toHaveLength(30);
  expect(span.from).toBe("2026-10-26T00:00:00.000Z");
  expect(span.steps.at(-1)).toBe(Date.parse("2026-11-24T00:00:00Z"));
});

test("the span before is compared only as far as this one has gone", () => {
  const span = spanOf("30d", now);
  expect(span.previousFrom).toBe("2026-09-26T00:00:00.000Z");
  expect(span.previousTo).toBe("2026-10-25T11:00:00.000Z");
});

test("a day is twenty-four hours by the hour, the running one included", () => {
  const span = spanOf("24h", now);
  expect(span.step).toBe("hour");
  expect(span.from).toBe("2026-11-23T11:00:00.000Z");
  expect(span.previousTo).toBe("2026-11-23T11:00:00.000Z");
  expect(span.steps.at(-1)).toBe(Date.parse("2026-11-24T10:00:00Z"));
});
