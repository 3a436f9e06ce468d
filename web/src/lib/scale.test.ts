import { expect, test } from "vitest";
import { niceScale } from "./scale.ts";

test.each([
  [7, 8, [0, 2, 4, 6, 8]],
  [100, 100, [0, 25, 50, 75, 100]],
  [0.0042, 0.006, [0, 0.002, 0.004, 0.006]],
  [4, 4, [0, 1, 2, 3, 4]],
])("an axis to %d ends at %d with round ticks", (max, top, ticks) => {
  const scale = niceScale(max);
  expect(scale.top).toBeCloseTo(top, 12);
  expect(scale.ticks).toHaveLength(ticks.length);
  for (const [i, tick] of ticks.entries()) expect(scale.ticks[i]).toBeCloseTo(tick, 12);
});

test("an axis with nothing on it has its zero", () => expect(niceScale(0)).toEqual({ top: 1, ticks: [0] }));
