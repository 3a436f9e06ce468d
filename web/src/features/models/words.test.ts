import { expect, test } from "vitest";
import { formatPrice, inputOfPrice, priceOfInput } from "./words.ts";

test("prices have two decimals, and more only where they say something", () => {
  expect(["0.250000000000", "2.000000000000", "0.007500000000", "1234.5"].map(formatPrice)).toEqual([
    "$0.25",
    "$2.00",
    "$0.0075",
    "$1,234.50",
  ]);
  expect(formatPrice(undefined)).toBe("–");
});

test("a price is typed without its zeros, and read back as it was", () => {
  expect(["0.250000000000", "3.000000000000", undefined].map(inputOfPrice)).toEqual(["0.25", "3", ""]);
  expect(["0.25", "$1,200", "3"].map((text) => priceOfInput(text))).toEqual(["0.25", "1200", "3"]);
  expect(["", "-1", "1.1234567", "free", "0,40"].map((text) => priceOfInput(text))).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
