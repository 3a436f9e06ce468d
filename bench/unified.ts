/**
 * `npm run bench:unified`: what one API for every model costs beside the provider's own path, in one run: translated
 * requests to the first byte and a chunk, and requests in the provider's dialect. `-- --json FILE` writes the figures.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildIfStale } from "../scripts/lib/build.ts";
import { type System, startSystem } from "../tests/support/system.ts";
import { CHUNKS } from "./canned.ts";
import { type Measurement, measure } from "./measure.ts";
import { micros, millis, signed } from "./report.ts";
import { median } from "./stats.ts";
import { plainTable } from "./table.ts";

/** Each measurement is taken this often, in turns; the median counts. */
const ROUNDS = 3;

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

async function bench(jsonFile: string | null): Promise<void> {
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  const upstream = fork(join(import.meta.dirname, "upstream.ts"), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [port] = await once(upstream.stdout as NodeJS.ReadableStream, "data");
  const system = await startSystem();
  try {
    const key = await setUp(system, `http://127.0.0.1:${Number(port)}`);
    const compare = comparing(system, key);
    const results: Record<string, object> = {};
    const rows = [["", "own path", "unified", ""]];
    for (const dialect of DIALECTS) {
      const { own, named, model } = SIDES[dialect];
      const load = { connections: 16, seconds: 2 };
      const turns = await compare(
        ASK[dialect](own, model, false),
        ASK[dialect](unifiedBase(dialect), named, false),
        load,
      );
      const cpu_ratio = ratio(turns, (m) => m.cpuMsPerRequest);
      results[dialect] = { cpu_ratio };
      rows.push(row(`${dialect}, as it is: CPU a request`, turns, (m) => m.cpuMsPerRequest, micros, `${cpu_ratio}×`));
    }
    for (const [client, side] of TRANSLATED) {
      const { own, named, model } = SIDES[side];
      const name = `${client} at ${side}`;
      const ask = (stream: boolean) =>
        [ASK[side](own, model, stream), ASK[client](unifiedBase(client), named, stream)] as const;
      const latency = await compare(...ask(true), { connections: 1, seconds: 3 });
      const added_first_byte_ms = added(latency, (m) => m.p50Ms);
      const whole = await compare(...ask(false), { connections: 16, seconds: 2 });
      const added_cpu_us = Math.round(added(whole, (m) => m.cpuMsPerRequest) * 1_000);
      const streams = await compare(...ask(true), { connections: 8, seconds: 3 });
      const added_cpu_us_a_chunk = Math.round((added(streams, (m) => m.cpuMsPerRequest) * 1_000) / CHUNKS);
      results[name] = { added_first_byte_ms, added_cpu_us, added_cpu_us_a_chunk };
      rows.push(
        row(`${name}: first byte`, latency, (m) => m.p50Ms, millis, signed(added_first_byte_ms)),
        row("… CPU a request", whole, (m) => m.cpuMsPerRequest, micros, `+${added_cpu_us} µs`),
        row("… CPU a stream", streams, (m) => m.cpuMsPerRequest, millis, `+${added_cpu_us_a_chunk} µs a chunk`),
      );
    }
    process.stdout.write(`${plainTable(rows)}\n`);
    if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await system.stop();
    upstream.kill();
  }
}

/** A live key with a hard budget, and a credential for each provider. Returns the key. */
async function setUp({ url, adminToken, tenant }: System, origin: string): Promise<string> {
  const send = async (method: string, path: string, body: object) => {
    const response = await fetch(`${url}/api/v1/tenants/${tenant}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; key: string };
  };
  for (const { own } of Object.values(SIDES)) {
    await send("PUT", `/credentials/${own.split("/")[1]}`, { api_key: "sk-bench", origin });
  }
  const { id, key } = await send("POST", "/keys", { name: "Bench", mode: "live" });
  const budget = { scope: { type: "key", id }, period: "month", limit_usd: "100000", enforcement: "hard" };
  await send("POST", "/budgets", { name: "Bench", ...budget });
  return key;
}

/** Measures the provider's own path and the unified one, in turns. */
function comparing(system: System, key: string) {
  const one = async ({ path, body }: Asking, load: { connections: number; seconds: number }) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const target = { name: path, pid: system.workerdPid() };
    const options = { origin: system.url, path, headers, body: JSON.stringify(body), ...load };
    return measure(target, options);
  };
  return async (own: Asking, unified: Asking, load: { connections: number; seconds: number }): Promise<Compared> => {
    const turns: Compared = { own: [], unified: [] };
    await one(own, { ...load, seconds: 0.5 });
    await one(unified, { ...load, seconds: 1 });
    for (let round = 0; round < ROUNDS; round++) {
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

const row = (
  name: string,
  turns: Compared,
  of: (measurement: Measurement) => number,
  show: (value: number) => string,
  compared: string,
): string[] => [name, show(median(turns.own.map(of))), show(median(turns.unified.map(of))), compared];

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const jsonAt = process.argv.indexOf("--json");
await bench(jsonAt === -1 ? null : (process.argv[jsonAt + 1] ?? null));
process.exit(0);
