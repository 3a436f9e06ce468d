/**
 * Cached answers in KV. A value is one line of JSON (`StoredHead`) and then the body's bytes, so that head and body are
 * read and written as one.
 */
import type { Nanos } from "../core/money.ts";
import type { Tokens } from "../core/usage.ts";
import { MIN_KV_TTL_SECONDS } from "./plan.ts";

export interface StoredHead {
  status: number;
  headers: [string, string][];
  modelServed: string | null;
  tokens: Tokens;
  /** What the answer cost when it was made; null where it was not known. */
  costNanos: Nanos | null;
  /** When it came, and until when it may be given out, in milliseconds since the epoch. */
  storedAt: number;
  expiresAt: number;
}

export interface StoredAnswer extends StoredHead {
  body: Uint8Array;
}

/** Well under KV's 25 MiB, since an answer is held in memory while it is collected. */
export const MAX_STORED_BYTES = 8_000_000;
/** Far longer than KV takes: a request does not wait for what may never come. */
const PATIENCE_MS = 1_000;
const LF = 10;

/**
 * The answer under `key`, or null: not there, expired, older than `maxAgeSeconds`, or KV out of reach or silent (a cache
 * may fail, a request may not).
 */
export async function readAnswer(
  kv: KVNamespace,
  key: string,
  { now, maxAgeSeconds }: { now: number; maxAgeSeconds: number },
): Promise<StoredAnswer | null> {
  try {
    const value = await inTime(kv.get(key, "arrayBuffer"));
    if (!value) return null;
    const bytes = new Uint8Array(value);
    const end = bytes.indexOf(LF);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as StoredHead;
    const endsAt = Math.min(head.expiresAt, head.storedAt + maxAgeSeconds * 1000);
    return endsAt > now ? { ...head, body: bytes.subarray(end + 1) } : null;
  } catch {
    return null;
  }
}

/** What `work` gives, or null where that takes too long. */
async function inTime<T>(work: Promise<T>): Promise<T | null> {
  const over = new AbortController();
  try {
    return await Promise.race([work, scheduler.wait(PATIENCE_MS, { signal: over.signal }).then(() => null)]);
  } finally {
    over.abort();
  }
}

/** Stores a complete answer; a failure is swallowed, since the client has its answer already. */
export async function writeAnswer(
  kv: KVNamespace,
  key: string,
  answer: StoredAnswer,
  ttlSeconds: number,
): Promise<void> {
  const { body, ...head } = answer;
  if (body.byteLength > MAX_STORED_BYTES) return;
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const value = new Uint8Array(line.byteLength + body.byteLength);
  value.set(line, 0);
  value.set(body, line.byteLength);
  try {
    await kv.put(key, value, { expirationTtl: Math.max(MIN_KV_TTL_SECONDS, ttlSeconds) });
  } catch {
    // The next request misses once more.
  }
}
