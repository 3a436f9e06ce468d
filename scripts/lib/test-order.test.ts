import { expect, it } from "vitest";
import { patienceMs } from "./test-order.ts";

it("a test file is as patient as the longest time it gives to anything", () => {
  const limits = ["const TEST_MS = 120_000;", "await until(20_000);", "}, 60_000);"].join("\n");
  expect(patienceMs(limits)).toBe(120_000);
});

it("a file that gives no time has no patience, and a number that is no time is none", () => {
  expect(patienceMs("expect(sum).toBe(1_000_000); expect(tokens).toBe(5_000);")).toBe(0);
});
