import { expect, it } from "vitest";
import { cpuMs } from "./processes.ts";
import { cpuOfStat, median, percentile, seriesTotal } from "./stats.ts";

it("takes a percentile as the smallest value with that share at or below it", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(median([9, 1, 5])).toBe(5);
});

it("reads user and system time behind a command with spaces and parentheses", () => {
  expect(cpuOfStat("12 (a (b) c) S 1 12 12 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 99 0 0")).toBe(3000);
});

it.runIf(process.platform === "linux")("sees this process burn CPU", () => {
  const before = cpuMs(process.pid);
  for (const end = performance.now() + 60; performance.now() < end; );
  expect(cpuMs(process.pid) - before).toBeGreaterThanOrEqual(20);
});

it("adds a series up over its labels, and takes no other series for it", () => {
  const text = '# TYPE a counter\na{t="x y"} 3\na{t="z"} 4\na_total 9\n';
  expect(seriesTotal(text, "a")).toBe(7);
  expect(seriesTotal(text, "b")).toBeNull();
});
