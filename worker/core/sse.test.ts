import { expect, test } from "vitest";
import { type SseEvent, SseSplitter } from "./sse.ts";

/** The events of `text` that arrives in pieces cut at `cuts`. */
function split(text: string, ...cuts: number[]): SseEvent[] {
  const events: SseEvent[] = [];
  const splitter = new SseSplitter((event) => events.push(event));
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    splitter.push(text.slice(from, cut));
    from = cut;
  }
  splitter.end();
  return events;
}

const SAMPLE =
  '\uFEFF: comment\r\nevent: message_start\r\ndata: {"a":1}\r\n\r\n' +
  "data: first\ndata:second\n\n: keep-alive\n\nretry: 5\nid: 7\ndata:  padded \n\n" +
  "data\n\nevent: ping\n\ndata: é€😀\rdata: x\r\rdata: [DONE]";

const EVENTS: SseEvent[] = [
  { name: "message_start", data: '{"a":1}' },
  { name: "", data: "first\nsecond" },
  { name: "", data: " padded " },
  { name: "", data: "" },
  { name: "", data: "é€😀\nx" },
  { name: "", data: "[DONE]" },
];

test("CRLF, LF and CR, comments, a byte-order mark, several data lines and a missing end are all read", () => {
  expect(split(SAMPLE)).toEqual(EVENTS);
});

test("the same events come out wherever the text is torn", () => {
  for (let a = 0; a <= SAMPLE.length; a++) {
    expect(split(SAMPLE, a)).toEqual(EVENTS);
    for (let b = a; b <= SAMPLE.length; b += 7) expect(split(SAMPLE, a, b)).toEqual(EVENTS);
  }
});

test("an event of 5 MB in small pieces is read in linear time", () => {
  const text = `data: ${"x".repeat(5_000_000)}\n\n`;
  const events: SseEvent[] = [];
  const splitter = new SseSplitter((event) => events.push(event));
  const started = performance.now();
  for (let at = 0; at < text.length; at += 500) splitter.push(text.slice(at, at + 500));
  splitter.end();
  expect(events).toHaveLength(1);
  expect(events[0]?.data.length).toBe(5_000_000);
  // Rescanning what came before would take minutes.
  expect(performance.now() - started).toBeLessThan(5_000);
});
