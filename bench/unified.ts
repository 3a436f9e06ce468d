/**
 * `npm run bench:unified`: what one API for every model costs beside the provider's own path, in one run: translated
 * requests to the first byte and a chunk, and requests in the provider's dialect. `-- --json FILE` writes the figures.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildIfStale } from "../scripts/lib/build.ts";
import { type System, startSystem } from "../tests/support/system.ts";
import { type Tenant, tenantOf } from "../tests/support/tenant.ts";
import { CHUNKS } from "./canned.ts";
import { type Measurement, measure } from "./measure.ts";
import { micros, millis, signed } from "./report.ts";
import { median } from "./stats.ts";
import { newBenchKey } from "./system.ts";
import { plainTable } from "./table.ts";

/** Each measurement is taken this often, in turns; the median counts. */
const ROUNDS = 3;
/** Of the streams whose first byte is timed: many in a short time. */
const FEW_CHUNKS = 10;

/** Within this time a change of a credential is heard of everywhere. */
const POLICY_MS = 10_000;

const TEXT = "What is the capital of France? Answer in one short sentence, please.";
const MAX_TOKENS = 400;

interface Asking {
  path: string;
  body: object;
}

/** A request in each dialect. */
const ASK = {
  chat: (base: string, model: string, stream: boolean): Asking => ({
    path: `${base}/chat/completions`,
    body: {
      model,
      max_tokens: MAX_TOKENS,
      messages: [{ role: "user", content: TEXT }],
      ...(stream && { stream, stream_options: { include_usage: true } }),
    },
  }),
  responses: (base: string, model: string, stream: boolean): Asking => ({
    path: `${base}/responses`,
    body: { model, max_output_tokens: MAX_TOKENS, store: false, input: TEXT, ...(stream && { stream }) },
  }),
  messages: (base: string, model: string, stream: boolean): Asking => ({
    path: `${base}/messages`,
    body: { model, max_tokens: MAX_TOKENS, messages: [{ role: "user", content: TEXT }], ...(stream && { stream }) },
  }),
  gemini: (base: string, model: string, stream: boolean): Asking => ({
    path: `${base}/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: { contents: [{ role: "user", parts: [{ text: TEXT }] }], generationConfig: { maxOutputTokens: MAX_TOKENS } },
  }),
};
type Dialect = keyof typeof ASK;

/** Each dialect at its provider's own path, and at the unified one. */
const SIDES = {
  chat: { own: "/mistral/v1", model: "mistral-small-latest", named: "mistral/mistral-small-latest" },
  responses: { own: "/openai/v1", model: "gpt-5-mini", named: "openai/gpt-5-mini" },
  messages: { own: "/anthropic/v1", model: "claude-haiku-4-5", named: "anthropic/claude-haiku-4-5" },
  gemini: { own: "/google/v1beta", model: "gemini-2.5-flash", named: "google/gemini-2.5-flash" },
} as const satisfies Record<Dialect, object>;

/** Clients, and providers of another dialect: each is on each side once. */
const TRANSLATED = [
  ["chat", "messages"],
  ["messages", "responses"],
  ["responses", "gemini"],
  ["gemini", "chat"],
] as const satisfies readonly (readonly [Dialect, Dialect])[];

const DIALECTS = Object.keys(SIDES) as Dialect[];

const unifiedBase = (dialect: Dialect) => (dialect === "gemini" ? "/v1beta" : "/v1");

interface Compared {
  /** The provider's own path, and the unified one, a measurement a round. */
  own: Measurement[];
  unified: Measurement[];
}

interface Bench {
  compare: ReturnType<typeof comparing>;
  results: Record<string, object>;
  /** Of the table. */
  tell(name: string, turns: Compared, of: Figure): void;
}

interface Figure {
  of(measurement: Measurement): number;
  show(value: number): string;
  compared: string;
}

async function bench(jsonFile: string | null): Promise<void> {
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  const upstream = await startUpstream();
  const brief = await startUpstream(FEW_CHUNKS);
  const system = await startSystem();
  try {
    const tenant = tenantOf(system, system.tenant);
    const rows = [["", "own path", "unified", ""]];
    const tell = (name: string, { own, unified }: Compared, { of, show, compared }: Figure) => {
      const row = [name, show(median(own.map(of))), show(median(unified.map(of))), compared];
      process.stderr.write(`${row.join("  ")}\n`);
      rows.push(row);
    };
    const on: Bench = { compare: comparing(system, await newBenchKey(tenant)), results: {}, tell };
    await pointTo(tenant, brief.origin);
    for (const [client, side] of TRANSLATED) await firstByte(on, client, side);
    await pointTo(tenant, upstream.origin);
    for (const [client, side] of TRANSLATED) await translation(on, client, side);
    for (const dialect of DIALECTS) await asItIs(on, dialect);
    process.stdout.write(`${plainTable(rows)}\n`);
    if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify(on.results, null, 2)}\n`);
  } finally {
    await system.stop();
    upstream.stop();
    brief.stop();
  }
}

/** The same question at the provider's own path, and in the client's dialect at the unified one. */
function asking(client: Dialect, side: Dialect, stream: boolean): [Asking, Asking] {
  const { own, named, model } = SIDES[side];
  return [ASK[side](own, model, stream), ASK[client](unifiedBase(client), named, stream)];
}

const cpu = (m: Measurement) => m.cpuMsPerRequest;

async function firstByte({ compare, results, tell }: Bench, client: Dialect, side: Dialect): Promise<void> {
  const name = `${client} at ${side}`;
  const turns = await compare(...asking(client, side, true), { connections: 1, seconds: 2 });
  const of = (m: Measurement) => m.p50Ms;
  const added_first_byte_ms = added(turns, of);
  results[name] = { added_first_byte_ms };
  tell(`${name}: first byte`, turns, { of, show: millis, compared: signed(added_first_byte_ms) });
}

async function translation({ compare, results, tell }: Bench, client: Dialect, side: Dialect): Promise<void> {
  const name = `${client} at ${side}`;
  const whole = await compare(...asking(client, side, false), { connections: 16, seconds: 2 });
  const added_cpu_us = Math.round(added(whole, cpu) * 1_000);
  tell(`${name}: CPU a request`, whole, { of: cpu, show: micros, compared: `+${added_cpu_us} µs` });
  const streams = await compare(...asking(client, side, true), { connections: 8, seconds: 3 });
  const added_cpu_us_a_chunk = Math.round((added(streams, cpu) * 1_000) / CHUNKS);
  tell("… CPU a stream", streams, { of: cpu, show: millis, compared: `+${added_cpu_us_a_chunk} µs a chunk` });
  results[name] = { ...results[name], added_cpu_us, added_cpu_us_a_chunk };
}

/** More rounds, since it asks for a small difference. */
async function asItIs({ compare, results, tell }: Bench, dialect: Dialect): Promise<void> {
  const turns = await compare(...asking(dialect, dialect, false), { connections: 16, seconds: 2 }, 2 * ROUNDS);
  const cpu_ratio = ratio(turns, cpu);
  results[dialect] = { cpu_ratio };
  tell(`${dialect}, as it is: CPU a request`, turns, { of: cpu, show: micros, compared: `${cpu_ratio}×` });
}

/** A provider of `chunks` chunks a stream. */
async function startUpstream(chunks = CHUNKS): Promise<{ origin: string; stop(): void }> {
  const process = fork(join(import.meta.dirname, "upstream.ts"), [String(chunks)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = await once(process.stdout as NodeJS.ReadableStream, "data");
  return { origin: `http://127.0.0.1:${Number(port)}`, stop: () => process.kill() };
}

/** From now on, or once the isolate has heard of it, every provider is at `origin`. */
async function pointTo(tenant: Tenant, origin: string): Promise<void> {
  for (const { own } of Object.values(SIDES)) {
    await tenant.credential(own.split("/")[1] ?? "", origin, "sk-bench");
  }
  await sleep(POLICY_MS);
}

/** Measures the provider's own path and the unified one, in turns. */
function comparing(system: System, key: string) {
  const one = async ({ path, body }: Asking, load: { connections: number; seconds: number }) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const target = { name: path, pid: system.workerdPid() };
    const options = { origin: system.url, path, headers, body: JSON.stringify(body), ...load };
    return measure(target, options);
  };
  return async (
    own: Asking,
    unified: Asking,
    load: { connections: number; seconds: number },
    rounds = ROUNDS,
  ): Promise<Compared> => {
    const turns: Compared = { own: [], unified: [] };
    await one(own, { ...load, seconds: 0.5 });
    await one(unified, { ...load, seconds: 1 });
    for (let round = 0; round < rounds; round++) {
      turns.own.push(await one(own, load));
      turns.unified.push(await one(unified, load));
    }
    return turns;
  };
}

/** The median of the rounds' own ratios, so that a slow moment hits both sides. */
const ratio = ({ own, unified }: Compared, of: (measurement: Measurement) => number): number =>
  round(median(unified.map((m, index) => of(m) / of(own[index] as Measurement))));

const added = ({ own, unified }: Compared, of: (measurement: Measurement) => number): number =>
  round(median(unified.map((m, index) => of(m) - of(own[index] as Measurement))));

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const jsonAt = process.argv.indexOf("--json");
await bench(jsonAt === -1 ? null : (process.argv[jsonAt + 1] ?? null));
process.exit(0);
