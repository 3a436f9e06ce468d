import { expect, it } from "vitest";
import { patienceMs } from "./test-order.ts";

it("a test file is as patient as the longest time it gives to anything", () => {
  const limits = ["const LOST_MS = 20_000;", "test(name, { timeout: 120_000 }, run);", "}, 60_000);", "  90_000,"];
  expect(patienceMs(limits.join("\n"))).toBe(120_000);
  expect(limits.map(patienceMs)).toEqual([20_000, 120_000, 60_000, 90_000]);
});

it("a file that gives no time has no patience, and a number that is no time is none", () => {
  expect(patienceMs("expect(sum).toBe(1_000_000); answer({ input: 100_000, output: 5_000 });")).toBe(0);
});
