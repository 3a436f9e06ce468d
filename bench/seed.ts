/**
 * A tenant's month of usage, written into a state directory that nobody serves: by the very statements that a ledger
 * delivers with, so that rows, sums and index are what they would be. The same numbers each time.
 */
import { DatabaseSync } from "node:sqlite";
import { deliver } from "../durable-objects/d1.ts";
import type { Database } from "../durable-objects/d1-fresh.ts";
import { NO_TOKENS, type Status, type UsageEvent } from "../worker/core/usage.ts";

const DAY_MS = 86_400_000;
export const SEEDED_DAYS = 30;
/** A statement's share; a ledger's own batches are smaller, which only takes longer. */
const BATCH = 2_000;

const MODELS = [
  { provider: "openai", model: "gpt-5-mini", share: 34, price: 2 },
  { provider: "anthropic", model: "claude-sonnet-4-5", share: 18, price: 15 },
  { provider: "openai", model: "gpt-5", share: 14, price: 10 },
  { provider: "google", model: "gemini-2.5-flash", share: 13, price: 2.5 },
  { provider: "anthropic", model: "claude-haiku-4-5", share: 9, price: 5 },
  { provider: "google", model: "gemini-2.5-pro", share: 6, price: 10 },
  { provider: "mistral", model: "mistral-large-latest", share: 4, price: 6 },
  { provider: "openai", model: "text-embedding-3-small", share: 2, price: 0.02 },
] as const;
const TEAMS = ["search", "support", "growth", "platform", "research", "billing"];
const FEATURES = ["answer", "summarize", "rerank", "classify", "translate", "extract", "draft", "review"];
const ENVS = ["prod", "prod", "prod", "prod", "staging", "dev"];
const KEYS = 24;
const USERS = 300;

/** Numbers that look like chance and are the same each time: mulberry32. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T extends { share: number }>(from: readonly T[], at: number): T {
  let left = at * from.reduce((sum, { share }) => sum + share, 0);
  for (const each of from) {
    left -= each.share;
    if (left < 0) return each;
  }
  return from.at(-1) as T;
}

const ENDINGS: readonly { status: Status; httpStatus: number; errorCode: string | null; share: number }[] = [
  { status: "ok", httpStatus: 200, errorCode: null, share: 9_300 },
  { status: "cached", httpStatus: 200, errorCode: null, share: 480 },
  { status: "error", httpStatus: 500, errorCode: null, share: 60 },
  { status: "error", httpStatus: 504, errorCode: "upstream_timeout", share: 40 },
  { status: "aborted", httpStatus: 200, errorCode: null, share: 60 },
  { status: "denied", httpStatus: 402, errorCode: "budget_exceeded", share: 50 },
  { status: "truncated", httpStatus: 200, errorCode: "upstream_truncated", share: 9 },
  { status: "cut", httpStatus: 200, errorCode: "budget_exceeded", share: 1 },
];

/** `count` events of `tenant`, over the days before `now`, oldest first. */
export function* eventsOf(tenant: string, count: number, now: number): Generator<UsageEvent> {
  const random = chance(7);
  const start = now - SEEDED_DAYS * DAY_MS;
  for (let i = 0; i < count; i++) {
    const at = (i / count) * SEEDED_DAYS;
    const day = Math.floor(at);
    // In the order of the clock, so that a session's requests lie together; denser in the hours of work.
    const within = at - day + 0.11 * Math.sin(2 * Math.PI * (at - day));
    const time = Math.min(now - 1_000, Math.floor(start + (day + within) * DAY_MS + random() * 20_000));
    yield eventAt(tenant, { i, time, random });
  }
}

function eventAt(tenant: string, { i, time, random }: { i: number; time: number; random: () => number }): UsageEvent {
  const { provider, model, price } = pick(MODELS, random());
  const ending = pick(ENDINGS, random());
  const { status, httpStatus, errorCode } = ending;
  const key = Math.floor(random() ** 2 * KEYS);
  const user = Math.floor(random() ** 2 * USERS);
  const isAgent = random() < 0.6;
  const runs = status === "ok" || status === "aborted" || status === "cut" || status === "truncated";
  const input = Math.floor(200 + random() ** 3 * 40_000);
  const output = Math.floor(20 + random() ** 3 * 4_000);
  const list = Math.round(((input * price) / 4 + output * price) * 1_000);
  const latencyMs =
    status === "denied" ? 3 : status === "cached" ? 12 : Math.round(300 + output * 6 + random() ** 4 * 9_000);
  return {
    id: `req_${i.toString(36).padStart(12, "0")}`,
    time,
    tenant,
    key: `key_${key.toString(36).padStart(6, "0")}`,
    team: TEAMS[key % TEAMS.length] ?? null,
    user: `user-${user}`,
    session: isAgent ? `run-${Math.floor(i / 40).toString(36)}-${user % 4}` : null,
    tags: {
      env: ENVS[Math.floor(random() * ENVS.length)] ?? "prod",
      feature: FEATURES[(key + user) % FEATURES.length] ?? "answer",
    },
    mode: "live",
    provider,
    model,
    modelServed: `${model}-2025-08-07`,
    endpoint: model.includes("embedding") ? "embeddings" : "chat/completions",
    dialect: "chat",
    stream: random() < 0.7,
    status,
    httpStatus,
    tokens: runs ? { ...NO_TOKENS, input, inputCached: Math.floor(input * random() * 0.6), output } : NO_TOKENS,
    units: {},
    costNanos: runs ? list : 0,
    savedNanos: status === "cached" ? list : 0,
    ...(status === "cached" && { savings: { cache: list } }),
    usageSource: runs ? "provider" : "none",
    priceSource: runs ? "catalog" : "none",
    priceVersion: "2026-11-01",
    boundNanos: runs ? list * 3 : null,
    cache: status === "cached" ? "hit" : "miss",
    latencyMs,
    ttftMs: status === "denied" ? null : Math.round(latencyMs * 0.3),
    overheadMs: 1,
    errorCode,
    flags: [],
    attempts:
      runs || status === "error"
        ? [{ provider, model, httpStatus, ms: latencyMs - 1, costNanos: runs ? list : 0 }]
        : [],
  };
}

/** As much of D1 as `deliver` uses, on Node's own SQLite. */
function asD1(db: DatabaseSync): Database {
  const known = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepare = (sql: string) => {
    const statement = known.get(sql) ?? db.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
  const bound = (sql: string, values: string[]) => ({
    run: () => ({ meta: { changes: Number(prepare(sql).run(...values).changes) } }),
    all: async <Row>() => ({ results: prepare(sql).all(...values) as Row[] }),
  });
  return {
    prepare: (sql) => ({ bind: (...values) => bound(sql, values as string[]) }),
    batch: async (statements) => {
      db.exec("BEGIN");
      const results = statements.map((statement) => (statement as ReturnType<typeof bound>).run());
      db.exec("COMMIT");
      return results;
    },
  };
}

/** Writes `count` events of `tenant` into the database at `path`. Tells of each hundred thousand. */
export async function seed(
  path: string,
  { tenant, count, now, prefix = "req_" }: { tenant: string; count: number; now: number; prefix?: string },
): Promise<void> {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000");
  const d1 = asD1(db);
  let batch: UsageEvent[] = [];
  let written = 0;
  const flush = async (): Promise<void> => {
    await deliver(d1, batch);
    written += batch.length;
    batch = [];
    if (written % 100_000 === 0) process.stderr.write(`${written.toLocaleString("en-US")} records\n`);
  };
  for (const event of eventsOf(tenant, count, now)) {
    batch.push({ ...event, id: event.id.replace("req_", prefix) });
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}
