import { describe, expect, test } from "vitest";
import {
  deltaOf,
  formatCountShort,
  formatDuration,
  formatPercent,
  formatPlural,
  formatRelative,
  formatTokens,
  formatUsd,
  formatUsdExact,
  formatUsdShort,
  formatUtc,
} from "./format.ts";

describe("dollars", () => {
  test.each([
    [1_284_200_000_000, "$1,284.20"],
    [10_000_000, "$0.01"],
    [9_999_999, "$0.009999999"],
    [412_000, "$0.000412"],
    [1, "$0.000000001"],
    [0, "$0.00"],
    [-412_000, "-$0.000412"],
    [-1_500_000_000, "-$1.50"],
    [999_999_999, "$1.00"],
  ])("%d nanodollars read %s", (nanos, text) => expect(formatUsd(nanos)).toBe(text));

  test("a cost that is not known is a dash, not zero", () => expect(formatUsd(null)).toBe("–"));
  test("the exact amount keeps all nine decimals", () =>
    expect(formatUsdExact(1_284_200_000_001)).toBe("$1,284.200000001"));

  test.each([
    [0, "$0"],
    [500_000_000, "$0.5"],
    [20_000_000_000, "$20"],
    [1_200_000_000_000, "$1.2k"],
    [200_000, "$0.0002"],
    [100_000_000_000, "$100"],
  ])("an axis shows %d nanodollars as %s", (nanos, text) => expect(formatUsdShort(nanos)).toBe(text));
});

describe("counts", () => {
  test.each([
    [9_999, "9,999"],
    [11_900, "11.9 k"],
    [42_100_000, "42.1 M"],
    [999_960, "1.0 M"],
    [0, "0"],
  ])("%d tokens read %s", (count, text) => expect(formatTokens(count)).toBe(text));

  test.each([
    [0, "0 requests"],
    [1, "1 request"],
    [182_440, "182,440 requests"],
  ])("%d of something reads %s", (count, text) => expect(formatPlural(count, "request")).toBe(text));
  test("a plural that is no s is told", () => expect(formatPlural(2, "reply", "replies")).toBe("2 replies"));

  test("an axis drops a useless decimal", () => expect(formatCountShort(2000)).toBe("2k"));
  test("an axis keeps small counts whole", () => expect(formatCountShort(40)).toBe("40"));
});

describe("durations", () => {
  test.each([
    [1.23, "1.2 ms"],
    [430, "430 ms"],
    [999.6, "1.0 s"],
    [2_410, "2.4 s"],
    [185_000, "3 min 5 s"],
    [58_013_000, "16 h 7 min"],
    [null, "–"],
  ])("%s ms read %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("shares and deltas", () => {
  test.each([
    [0, "0 %"],
    [0.0031, "0.31 %"],
    [0.24, "24 %"],
    [0.055, "5.5 %"],
    [0.00001, "< 0.01 %"],
  ])("a share of %d reads %s", (share, text) => expect(formatPercent(share)).toBe(text));

  test("a delta says which way and how far", () =>
    expect(deltaOf(112, 100)).toEqual({ direction: "up", text: "12 %" }));
  test("a fall is a positive figure with a direction", () =>
    expect(deltaOf(50, 100)).toEqual({ direction: "down", text: "50 %" }));
  test("past ten times it is a factor", () => expect(deltaOf(2000, 100)).toEqual({ direction: "up", text: "20×" }));
  test("past a hundred times it says no more", () =>
    expect(deltaOf(519_200, 100)).toEqual({ direction: "up", text: "> 100×" }));
  test("against nothing there is no delta", () => expect(deltaOf(5, 0)).toBeNull());
});

describe("times", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  test.each([
    ["2026-11-21T12:00:00Z", "3 days ago"],
    ["2026-11-24T17:00:00Z", "in 5 hours"],
    ["2026-11-24T11:59:40Z", "just now"],
    ["2026-11-24T12:00:20Z", "in under a minute"],
  ])("%s reads %s", (iso, text) => expect(formatRelative(iso, now)).toBe(text));
  test("a title shows UTC", () => expect(formatUtc("2026-11-23T10:00:00.000Z")).toBe("2026-11-23 10:00:00.000 UTC"));
});
