/** Prompt caches as the two vendors describe theirs: what of a prompt is read, and what is written. */
import { createHash } from "node:crypto";
import { plain } from "./question.ts";
import { type Body, MINUTE_MS } from "./types.ts";

/** A token is four characters here: what counts is that everybody counts the same. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

interface Entry {
  writtenAt: number;
  usedAt: number;
  ttlMs: number;
}
export type Entries = Map<string, Entry>;

/** Nobody reads what is written later: requests of one virtual moment may come in any order. */
const isAlive = (entry: Entry | undefined, now: number): entry is Entry =>
  entry !== undefined && entry.writtenAt <= now && now - entry.usedAt <= entry.ttlMs;

function touch(entries: Entries, name: string, now: number, ttlMs: number): void {
  const entry = entries.get(name);
  if (isAlive(entry, now)) entry.usedAt = Math.max(entry.usedAt, now);
  else entries.set(name, { writtenAt: now, usedAt: now, ttlMs });
}

const chained = (before: string, text: string): string =>
  createHash("sha1").update(before).update(text).digest("base64");

export interface AnthropicUse {
  /** Behind the last mark. */
  rest: number;
  read: number;
  write5m: number;
  write1h: number;
}

/** platform.claude.com, "Prompt caching": a mark looks back over so many blocks for what was written before. */
const LOOK_BACK_BLOCKS = 20;
export const MOST_MARKS = 4;
/** Of Claude Sonnet 4.5. */
const LEAST_MARKED_TOKENS = 1_024;

interface Block {
  /** Of everything up to and with it. */
  digest: string;
  tokens: number;
  ttlMs: number | null;
}

/** The blocks of a Messages request in the order of its prompt: tools, system, messages. */
export function blocksOf({ model, tools, system, messages }: Body): Block[] {
  const blocks: Block[] = [];
  let digest = String(model);
  let tokens = 0;
  const add = (where: string, block: unknown) => {
    const text = JSON.stringify(plain(block, "[]"));
    digest = chained(digest, `${where}${text}`);
    tokens += tokensOf(text);
    const mark = (block as { cache_control?: { ttl?: string } }).cache_control;
    blocks.push({ digest, tokens, ttlMs: mark ? (mark.ttl === "1h" ? 60 : 5) * MINUTE_MS : null });
  };
  for (const tool of listOf(tools)) add("tool", tool);
  for (const block of contentOf(system)) add("system", block);
  for (const message of listOf(messages)) {
    const { role, content } = message as { role: string; content: unknown };
    for (const block of contentOf(content)) add(role, block);
  }
  return blocks;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const contentOf = (value: unknown): unknown[] =>
  typeof value === "string" ? [{ type: "text", text: value }] : listOf(value);

/** What a request reads and writes at `now`. */
export function readAnthropic(entries: Entries, body: Body, now: number): AnthropicUse {
  const blocks = blocksOf(body);
  const total = blocks.at(-1)?.tokens ?? 0;
  const marks = blocks.flatMap(({ ttlMs, tokens }, at) =>
    ttlMs !== null && tokens >= LEAST_MARKED_TOKENS ? [{ at, ttlMs, tokens }] : [],
  );
  let readTo = -1;
  for (const { at } of marks) {
    for (let back = at; back >= Math.max(0, at - LOOK_BACK_BLOCKS) && back > readTo; back--) {
      const block = blocks[back];
      if (block && isAlive(entries.get(block.digest), now)) readTo = back;
    }
  }
  const read = blocks[readTo]?.tokens ?? 0;
  const readBlock = blocks[readTo];
  if (readBlock) touch(entries, readBlock.digest, now, 5 * MINUTE_MS);
  let written = read;
  const writes = { write5m: 0, write1h: 0 };
  for (const { at, ttlMs, tokens } of marks) {
    touch(entries, blocks[at]?.digest ?? "", now, ttlMs);
    if (tokens <= written) continue;
    writes[ttlMs > 5 * MINUTE_MS ? "write1h" : "write5m"] += tokens - written;
    written = tokens;
  }
  return { rest: total - written, read, ...writes };
}

/** developers.openai.com, "Prompt caching": from 1,024 tokens in steps of 128, gone after five to ten idle minutes. */
const OPENAI_LEAST_TOKENS = 1_024;
const OPENAI_STEP_TOKENS = 128;
const OPENAI_IDLE_MS = 5 * MINUTE_MS;

/** What of a chat's prompt is read at `now`; the rest is kept without being asked for. */
export function readOpenai(entries: Entries, body: Body, now: number): { input: number; cached: number } {
  const text = JSON.stringify([body.tools ?? [], body.messages]);
  const input = tokensOf(text);
  const stepChars = OPENAI_STEP_TOKENS * 4;
  // A key of its own sends requests to a machine of its own, which knows nothing of the others.
  let digest = `${body.model} ${body.prompt_cache_key ?? ""}`;
  let cached = 0;
  let isMatch = true;
  for (let step = 1; step * OPENAI_STEP_TOKENS <= input && step * stepChars <= text.length; step++) {
    digest = chained(digest, text.slice((step - 1) * stepChars, step * stepChars));
    const tokens = step * OPENAI_STEP_TOKENS;
    if (tokens < OPENAI_LEAST_TOKENS) continue;
    isMatch &&= isAlive(entries.get(digest), now);
    if (isMatch) cached = tokens;
    touch(entries, digest, now, OPENAI_IDLE_MS);
  }
  return { input, cached };
}
