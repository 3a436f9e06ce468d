import { expect, it } from "vitest";
import { picosEach, picosPerHour, picosPerMillion, picosPerThousand, scaledUp } from "./decimal.ts";

it("reads a decimal without float error", () => {
  expect(picosPerMillion(0.0028)).toBe(2_800);
  expect(picosPerMillion(1.1)).toBe(1_100_000);
  expect(picosPerMillion(0.07)).toBe(70_000);
  expect(picosPerMillion("1e-6")).toBe(1);
  expect(picosPerThousand(2.5)).toBe(2_500_000_000);
  expect(picosEach(0.04)).toBe(40_000_000_000);
});

it("rounds up what is finer than a picodollar", () => {
  expect(picosPerMillion(0.08333333333333334)).toBe(83_334);
  expect(picosPerMillion(1e-9)).toBe(1);
  expect(picosPerHour(0.111)).toBe(30_834);
  expect(picosPerMillion(0)).toBe(0);
});

it("refuses what is no price", () => {
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, "", "1,5", 1e30]) {
    expect(() => scaledUp(value, 6), String(value)).toThrow(RangeError);
  }
});
