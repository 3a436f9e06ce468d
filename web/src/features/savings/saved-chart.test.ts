import { expect, it } from "vitest";
import type { CostReport } from "../../api/types.ts";
import { spanOf } from "../../lib/period.ts";
import { savedChart } from "./saved-chart.ts";

const span = spanOf("7d", Date.parse("2026-11-24T10:00:00Z"));
const chartOf = (over_time: [string, CostReport["saved"]["over_time"][number]["reason"], string][]) =>
  savedChart(
    {
      saved: {
        over_time: over_time.map(([day, reason, saved_usd]) => ({ time: `${day}T00:00:00.000Z`, reason, saved_usd })),
      },
    } as CostReport,
    span,
  );

it("has a series for each reason that saved, with a value a day, in a fixed order and colour", () => {
  const { steps, series } = chartOf([
    ["2026-11-20", "auto", "0.000000003"],
    ["2026-11-24", "cache", "0.000000001"],
    ["2026-11-24", "auto", "0.000000002"],
    ["2026-01-01", "flex", "1.000000000"],
  ]);
  expect(steps).toHaveLength(7);
  expect(series).toEqual([
    { name: "Cache", color: "var(--data-1)", values: [0, 0, 0, 0, 0, 0, 1] },
    { name: "Auto", color: "var(--data-6)", values: [0, 0, 3, 0, 0, 0, 2] },
  ]);
});

it("counts what a step lost with the one that makes up for it", () => {
  const { series } = chartOf([
    ["2026-11-20", "prompt_cache", "-0.000000003"],
    ["2026-11-22", "prompt_cache", "0.000000010"],
    ["2026-11-23", "prompt_cache", "-0.000000001"],
  ]);
  expect(series).toMatchObject([{ values: [0, 0, 0, 0, 7, 0, 0] }]);
});
