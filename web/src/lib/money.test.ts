import { describe, expect, test } from "vitest";
import { inputFromUsd, nanosOf, usdFromInput } from "./money.ts";

describe("amounts from the API", () => {
  test.each([
    ["0.000912345", 912_345],
    ["1284.2", 1_284_200_000_000],
    ["12", 12_000_000_000],
    ["-0.5", -500_000_000],
    ["0.000000000", 0],
  ])("%s is %d nanodollars", (usd, nanos) => expect(nanosOf(usd)).toBe(nanos));
  test("not known stays not known", () => expect(nanosOf(null)).toBeNull());
});

describe("amounts that a person types", () => {
  test.each([
    ["$1,200", "1200"],
    ["12.50", "12.50"],
    [" .05 ", "0.05"],
    ["12.", "12"],
    ["1,234,567.5", "1234567.5"],
  ])("%s is taken as %s", (text, usd) => expect(usdFromInput(text)).toBe(usd));
  test.each(["", "0", "0.00", "-5", "12.5.1", "1e3", "abc", "0.0000000001", "100000000", "0,50", "12,5", "1,2000"])(
    "%s is refused",
    (text) => expect(usdFromInput(text)).toBeNull(),
  );
  test("a stored limit comes back as one would type it", () => {
    expect(inputFromUsd("12.500000000")).toBe("12.50");
    expect(inputFromUsd("100.000000000")).toBe("100");
    expect(inputFromUsd("0.000500000")).toBe("0.0005");
  });
});
