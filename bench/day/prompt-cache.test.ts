import { describe, expect, test } from "vitest";
import { type Entries, readAnthropic, readOpenai } from "./prompt-cache.ts";
import { MINUTE_MS } from "./types.ts";

const mark = { cache_control: { type: "ephemeral" } };
const long = (letter: string, tokens = 2_000) => letter.repeat(tokens * 4);
const block = (text: string, more: object = {}) => ({ type: "text", text, ...more });
const messages = (...blocks: object[]) => ({ model: "m", messages: [{ role: "user", content: blocks }] });

describe("Anthropic's prompt cache", () => {
  test("keeps what stands before a mark, and nothing without one", () => {
    const entries: Entries = new Map();
    const { rest, ...first } = readAnthropic(entries, messages(block(long("a"), mark), block("b")), 0);
    expect(first.read).toBe(0);
    expect(first.write5m).toBeGreaterThan(2_000);
    expect(rest).toBeLessThan(20);
    const again = readAnthropic(entries, messages(block(long("a"), mark), block("c")), MINUTE_MS);
    expect(again).toMatchObject({ read: first.write5m, write5m: 0, write1h: 0 });
    expect(readAnthropic(new Map(), messages(block(long("a"))), 0)).toMatchObject({ read: 0, write5m: 0 });
  });

  test("is by prefix: another block before the mark is another prompt, and a mark looks back over 20 blocks", () => {
    const entries: Entries = new Map();
    const first = readAnthropic(entries, messages(block(long("a")), block("b", mark)), 0);
    expect(readAnthropic(entries, messages(block(long("x")), block("b", mark)), 1)).toMatchObject({ read: 0 });
    const grown = (count: number) =>
      messages(block(long("a")), block("b"), ...Array.from({ length: count - 1 }, () => block("c")), block("d", mark));
    expect(readAnthropic(entries, grown(20), 2).read).toBe(first.write5m);
    expect(readAnthropic(new Map([...entries].slice(0, 1)), grown(21), 2).read).toBe(0);
  });

  test("forgets after five idle minutes, keeps nothing short, and an hour's mark for an hour", () => {
    const entries: Entries = new Map();
    const body = messages(block(long("a"), mark));
    readAnthropic(entries, body, 0);
    expect(readAnthropic(entries, body, 5 * MINUTE_MS).read).toBeGreaterThan(0);
    expect(readAnthropic(entries, body, 10 * MINUTE_MS).read).toBeGreaterThan(0);
    expect(readAnthropic(entries, body, 15 * MINUTE_MS + 1).read).toBe(0);
    expect(readAnthropic(new Map(), messages(block(long("a", 900), mark)), 0)).toMatchObject({ write5m: 0 });
    const hour = messages(block(long("h"), { cache_control: { type: "ephemeral", ttl: "1h" } }));
    expect(readAnthropic(entries, hour, 0)).toMatchObject({ write5m: 0 });
    expect(readAnthropic(entries, hour, 59 * MINUTE_MS).read).toBeGreaterThan(0);
  });

  test("is not changed by where it was marked before", () => {
    const entries: Entries = new Map();
    readAnthropic(entries, messages(block(long("a"), mark)), 0);
    expect(readAnthropic(entries, messages(block(long("a")), block("b", mark)), 1).read).toBeGreaterThan(2_000);
  });
});

describe("OpenAI's prompt cache", () => {
  const chat = (text: string, more: object = {}) => ({
    model: "m",
    messages: [{ role: "user", content: text }],
    ...more,
  });

  test("reads from 1,024 tokens in steps of 128, without being asked", () => {
    const entries: Entries = new Map();
    expect(readOpenai(entries, chat(`${long("a")}b`), 0).cached).toBe(0);
    const { cached, input } = readOpenai(entries, chat(`${long("a")}c`), 1);
    expect(cached % 128).toBe(0);
    expect(input - cached).toBeLessThan(256);
    readOpenai(entries, chat(long("x", 1_000)), 0);
    expect(readOpenai(entries, chat(long("x", 1_000)), 1).cached).toBe(0);
  });

  test("is another machine's for another key, and gone after five idle minutes", () => {
    const entries: Entries = new Map();
    readOpenai(entries, chat(long("a"), { prompt_cache_key: "one" }), 0);
    expect(readOpenai(entries, chat(long("a"), { prompt_cache_key: "two" }), 1).cached).toBe(0);
    expect(readOpenai(entries, chat(long("a"), { prompt_cache_key: "one" }), 1).cached).toBeGreaterThan(1_024);
    expect(readOpenai(entries, chat(long("a"), { prompt_cache_key: "one" }), 6 * MINUTE_MS + 2).cached).toBe(0);
  });
});
