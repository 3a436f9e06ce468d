import { expect, it } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";

const long = (middle: string, end = "?") => `${"a".repeat(5_000)}${middle}${"b".repeat(5_000)}${end}`;

it("is the same for the same text, and short", () => {
  expect(fingerprintOf("Where is my parcel?")).toBe(fingerprintOf("Where is my parcel?"));
  expect(fingerprintOf(long("x")).length).toBeLessThanOrEqual(7);
});

it("is another for another character, another order and another length", () => {
  const texts = ["", "a", "b", "ab", "ba", "aa", long("x"), long("x", "!"), long("xx")];
  expect(new Set(texts.map(fingerprintOf)).size).toBe(texts.length);
});
