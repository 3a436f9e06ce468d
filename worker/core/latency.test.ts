import { expect, it } from "vitest";
import { inSpan, LATENCY_BOUNDS_MS, LATENCY_COLUMNS, latencySpan, percentileMs } from "./latency.ts";

const counted = (times: readonly number[]): number[] => {
  const counts = LATENCY_COLUMNS.map(() => 0);
  for (const ms of times) {
    const span = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
    const at = span < 0 ? LATENCY_BOUNDS_MS.length : span;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
};

it("reads percentiles that are off by a quarter at most", () => {
  // Log-normal around 1.2 s, as answers of models are.
  const times = Array.from({ length: 5_000 }, (_, i) => {
    const uniform = (i + 0.5) / 5_000;
    return 1_200 * Math.exp(0.8 * Math.log(uniform / (1 - uniform)) * 0.6);
  });
  for (const share of [0.5, 0.95, 0.99]) {
    const exact = times[Math.floor(share * times.length)] ?? 0;
    const read = percentileMs(counted(times), share) ?? 0;
    expect(Math.abs(read / exact - 1), `p${share * 100}: ${read} for ${exact}`).toBeLessThan(0.25);
  }
});

it("knows nothing of no requests, and of one where it lies", () => {
  expect(percentileMs(counted([]), 0.5)).toBeNull();
  const [low, high] = [320, 500];
  const read = percentileMs(counted([430]), 0.95) ?? 0;
  expect(read).toBeGreaterThan(low);
  expect(read).toBeLessThanOrEqual(high);
});

it("counts a request in the span that its time lies in, bounds included", () => {
  expect([0, 50, 51, 320, 321, 200_000, 200_001].map(latencySpan)).toEqual([0, 0, 1, 4, 5, 18, 19]);
  expect(LATENCY_COLUMNS).toHaveLength(LATENCY_BOUNDS_MS.length + 1);
});

it("names each span by its bounds, open at both ends", () => {
  expect(inSpan("ms", 0)).toBe("ms <= 50");
  expect(inSpan("ms", 5)).toBe("ms > 320 AND ms <= 500");
  expect(inSpan("ms", LATENCY_BOUNDS_MS.length)).toBe("ms > 200000");
});
