import fc from "fast-check";
import { expect, test } from "vitest";
import { EventGate, nextEventEnd } from "./whole-events.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true, fatal: false }).decode(bytes);

/** What the gate lets go at each piece, and what it holds at the end. */
function gated(pieces: readonly Uint8Array[]): { passed: string[]; rest: string } {
  const gate = new EventGate();
  const passed = pieces.map((piece) => decode(gate.take(piece) ?? new Uint8Array(0)));
  return { passed, rest: decode(gate.rest()) };
}

const LINE_ENDS = ["\n", "\r\n", "\r"] as const;
const linesOf = (lines: readonly string[], ends: readonly string[]) =>
  encode(lines.map((line, at) => line + (ends[at % ends.length] ?? "\n")).join(""));

test("only whole events pass, and nothing is lost, whatever the line ends and wherever the stream is torn", () => {
  const lines = fc.array(fc.constantFrom("", "", "data: a", "data: é😀", ": c", "event: x"), { maxLength: 20 });
  const ends = fc.array(fc.constantFrom(...LINE_ENDS), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lines, ends, fc.array(fc.nat(40), { maxLength: 40 }), (words, breaks, lengths) => {
      const bytes = linesOf(words, breaks);
      const pieces: Uint8Array[] = [];
      let from = 0;
      for (const length of lengths) {
        pieces.push(bytes.subarray(from, from + length));
        from += length;
      }
      pieces.push(bytes.subarray(from));
      const { passed, rest } = gated(pieces);
      expect(passed.join("") + rest).toBe(decode(bytes));
      // What went so far ends in a blank line, each time.
      let gone = "";
      for (const part of passed) {
        gone += part;
        if (part !== "") expect(gone).toMatch(/(?:^|\r\n|\r|\n)(?:\r\n|\r|\n)$/);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each(LINE_ENDS)("an event goes as soon as its blank line is known: %j", (end) => {
  const event = `data: a${end}${end}`;
  const { passed, rest } = gated([encode(event), encode("data: b")]);
  // After a lone CR only the next byte tells that no LF follows.
  expect(passed).toEqual(end === "\r" ? ["", event] : [event, ""]);
  expect(rest).toBe("data: b");
});

test("a CR and its LF are never torn apart", () => {
  expect(gated([encode("data: a\r\n\r"), encode("\ndata: b")])).toEqual({
    passed: ["", "data: a\r\n\r\n"],
    rest: "data: b",
  });
  expect(nextEventEnd(encode("data: a\r\n\r\ndata: b\r\r"), 0)).toBe(11);
});

test("an event of 5 MB in small pieces is held in linear time", () => {
  const bytes = encode(`data: ${"x".repeat(5_000_000)}\n\n`);
  const gate = new EventGate();
  const started = performance.now();
  let passed = 0;
  for (let at = 0; at < bytes.byteLength; at += 200) passed += gate.take(bytes.subarray(at, at + 200))?.byteLength ?? 0;
  expect(passed).toBe(bytes.byteLength);
  // Joining what came before with every piece would copy 60 GB.
  expect(performance.now() - started).toBeLessThan(2_000);
});
