import { expect, test } from "vitest";
import { UsageChunkRemover } from "./usage-chunk.ts";

const BEFORE =
  'data: {"choices":[{"delta":{"content":"say \\"choices\\":[] é😀"}}],"usage":null}\n\n: keep-alive\n\n' +
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":null}\r\n\r\n';
const USAGE = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
const AFTER = "data: [DONE]\n\n";

/** What passes of `text` torn at every place in `cuts`. */
function passed(text: string, ...cuts: number[]): string {
  const bytes = new TextEncoder().encode(text);
  const remover = new UsageChunkRemover();
  let out = "";
  const decoder = new TextDecoder();
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    out += decoder.decode(remover.pass(bytes.slice(from, cut)), { stream: true });
    from = cut;
  }
  return out + decoder.decode(remover.end());
}

test("the usage chunk goes and every other byte stays, wherever the stream is torn", () => {
  const text = BEFORE + USAGE + AFTER;
  const length = new TextEncoder().encode(text).length;
  expect(passed(text)).toBe(BEFORE + AFTER);
  for (let a = 0; a <= length; a++) {
    expect(passed(text, a)).toBe(BEFORE + AFTER);
    for (let b = a; b <= length; b += 11) expect(passed(text, a, b)).toBe(BEFORE + AFTER);
  }
});

test("a chunk without choices that carries no usage stays: Azure's first", () => {
  const azure = 'data: {"choices":[],"model":"","prompt_filter_results":[{"usage":{}}]}\n\n';
  expect(passed(azure + BEFORE)).toBe(azure + BEFORE);
});

test("whole events are not held back, and an event too long to be a usage chunk is not held at all", () => {
  const remover = new UsageChunkRemover();
  const encode = (text: string) => new TextEncoder().encode(text);
  expect(remover.pass(encode(BEFORE)).byteLength).toBe(encode(BEFORE).byteLength);
  const long = encode(`data: {"x":"${"y".repeat(100_000)}`);
  expect(remover.pass(long).byteLength).toBe(long.byteLength);
  expect(remover.pass(encode('zz"}')).byteLength).toBe(4);
  expect(new TextDecoder().decode(remover.pass(encode(`\n\n${USAGE}${AFTER}`)))).toBe(`\n\n${AFTER}`);
});

test("a usage chunk whose last blank line never came is taken out too", () => {
  expect(passed(BEFORE + USAGE.trimEnd())).toBe(BEFORE);
});
