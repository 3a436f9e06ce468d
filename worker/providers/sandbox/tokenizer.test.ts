import { Tiktoken } from "js-tiktoken/lite";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { describe, expect, it } from "vitest";
import { countTokens, tokenize } from "./tokenizer.ts";

const SCRAPS = [
  ..."aBé中'st ,/1{}\"_😀\u0301\tßſKⅧʰǅ#\u00a0\n\r",
  ..."e\u0301 re ll  don't Don'T camelCase HTTPServer 4567 // \r\n".split(" "),
  "  ",
  "x".repeat(130),
];

/** Texts that are made of scraps in a fixed pseudo-random order. */
function* texts(count: number): Generator<string> {
  let state = 7;
  const next = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: 1 + next(12) }, () => SCRAPS[next(SCRAPS.length)] ?? "").join("");
  }
}

describe("the sandbox's tokenizer", () => {
  it("never counts more than OpenAI's own tokenizers do", () => {
    const encoders = [new Tiktoken(o200k), new Tiktoken(cl100k)];
    for (const text of texts(400)) {
      for (const encoder of encoders) {
        expect(countTokens(text), JSON.stringify(text)).toBeLessThanOrEqual(encoder.encode(text, [], []).length);
      }
    }
  }, 30_000);

  it("cuts a text into as many tokens as it counts, and loses nothing", () => {
    for (const text of texts(1_500)) {
      const tokens = tokenize(text);
      expect(tokens.join("")).toBe(text);
      expect(countTokens(text)).toBe(tokens.length);
    }
  });

  it("counts words, not bytes", () => {
    expect(tokenize("It's the meterr sandbox.")).toEqual(["It's", " the", " meterr", " sandbox", "."]);
  });

  it("cuts a run without end into tokens of at most 128 characters", () => {
    expect(countTokens("=".repeat(1_280))).toBe(10);
    expect(countTokens("中".repeat(3_000_000))).toBeGreaterThan(23_000);
  });
});
