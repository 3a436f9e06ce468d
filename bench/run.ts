/**
 * `npm run bench`: the whole system against a bare pass-through Worker in the same runtime, in turns, in one run.
 * Prints ratios; `-- --json FILE` writes them too (contract.md, "Bench").
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../scripts/lib/build.ts";
import { readRuntime } from "../scripts/lib/workerd-config.ts";
import { type System, startSystem } from "../tests/support/system.ts";
import { startBare } from "./bare.ts";
import type { LoadOptions } from "./load.ts";
import { type Measurement, measure, sleep } from "./measure.ts";
import { printTable, type Side } from "./report.ts";
import { median, seriesTotal } from "./stats.ts";

/** Each measurement is taken this often, in turns; the median counts. */
const ROUNDS = 3;

/** Ledgers push their counters every two seconds. */
const METRICS_SECONDS = 3;

const PATH = "/v1/chat/completions";
const MESSAGES = [{ role: "user", content: "What is the capital of France? Answer in one short sentence, please." }];

interface Load {
  stream: keyof typeof STREAMED | null;
  connections: number;
  seconds: number;
}

/** What is measured: the load, and for how long. */
const LOADS = {
  throughput: { stream: null, connections: 32, seconds: 3 },
  latency: { stream: null, connections: 2, seconds: 1.5 },
  stream200: { stream: "as it is", connections: 8, seconds: 3 },
  stream200Edited: { stream: "usage removed", connections: 8, seconds: 3 },
} as const satisfies Record<string, Load>;
type LoadName = keyof typeof LOADS;

/**
 * A client that asks for usage, as those of most providers need not, gets the stream as it is; for one that does not,
 * meterr asks, and takes the chunk with the usage out again.
 */
const STREAMED = {
  "as it is": { stream: true, stream_options: { include_usage: true } },
  "usage removed": { stream: true },
};

interface Target {
  side: Side;
  origin: string;
  path: string;
  key: string;
  pid: number;
}

async function bench(jsonFile: string | null): Promise<number> {
  if (process.platform !== "linux") return fail("The benchmark reads CPU times from /proc, so it runs on Linux alone.");
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), "meterr-bench-"));
  const upstreamProcess = fork(join(import.meta.dirname, "upstream.ts"), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = await once(upstreamProcess.stdout as NodeJS.ReadableStream, "data");
  const upstream = `http://127.0.0.1:${Number(port)}`;
  const date = readRuntime(readFileSync("wrangler.toml", "utf8")).compatibilityDate;
  const bare = await startBare({ folder, upstream, date });
  const system = await startSystem();
  try {
    const key = await setUp(system, upstream);
    const targets: Target[] = [
      { side: "bare", origin: bare.origin, path: PATH, key: "sk-bench", pid: bare.pid },
      { side: "meterr", origin: system.url, path: `/openai${PATH}`, key, pid: system.workerdPid() },
    ];
    for (const target of targets) await run(target, { ...LOADS.throughput, seconds: 1 });

    await sleep(METRICS_SECONDS);
    const callsBefore = await ledgerCalls(system);
    const throughput = await inTurns("throughput", targets);
    await sleep(METRICS_SECONDS);
    const callsAfter = await ledgerCalls(system);
    const latency = await inTurns("latency", targets);
    const stream200 = await inTurns("stream200", targets);
    const stream200Edited = await inTurns("stream200Edited", targets);

    const calls = callsBefore === null || callsAfter === null ? null : callsAfter - callsBefore;
    const results = {
      json: {
        cpu_ratio: ratio(throughput, (m) => m.cpuMsPerRequest),
        rps_ratio: ratio(throughput, (m) => m.requestsPerSecond),
        added_p50_ms: added(latency, (m) => m.p50Ms),
        added_p99_ms: added(latency, (m) => m.p99Ms),
      },
      stream200: { cpu_ratio: ratio(stream200, (m) => m.cpuMsPerRequest) },
      stream200_edited: { cpu_ratio: ratio(stream200Edited, (m) => m.cpuMsPerRequest) },
      ledger_calls_per_request: calls === null ? null : calls / throughput.requests.meterr,
      peers: {},
    };
    printTable({ throughput, latency, stream200, stream200Edited }, results);
    if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify(results, null, 2)}\n`);
    return 0;
  } finally {
    await system.stop();
    bare.stop();
    upstreamProcess.kill();
    rmSync(folder, { recursive: true });
  }
}

/** As in production: a live key with a hard budget, and the tenant's own credential. Returns the key. */
async function setUp({ url, adminToken, tenant }: System, upstream: string): Promise<string> {
  const send = async (method: string, path: string, body: object) => {
    const response = await fetch(`${url}/api/v1/tenants/${tenant}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; key: string };
  };
  await send("PUT", "/credentials/openai", { api_key: "sk-bench", origin: upstream });
  const { id, key } = await send("POST", "/keys", { name: "Bench", mode: "live" });
  await send("POST", "/budgets", {
    name: "Bench",
    scope: { type: "key", id },
    period: "month",
    limit_usd: "100000",
    enforcement: "hard",
  });
  return key;
}

export interface Turns {
  /** A measurement a round. */
  rounds: Record<Side, Measurement[]>;
  /** Of all rounds. */
  requests: Record<Side, number>;
}

async function inTurns(name: LoadName, targets: Target[]): Promise<Turns> {
  const turns: Turns = { rounds: { bare: [], meterr: [] }, requests: { bare: 0, meterr: 0 } };
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of targets) {
      const { measurement, requests } = await run(target, LOADS[name]);
      turns.rounds[target.side].push(measurement);
      turns.requests[target.side] += requests;
    }
  }
  return turns;
}

/** One load on one target. */
function run(target: Target, load: Load): Promise<{ measurement: Measurement; requests: number }> {
  const options: LoadOptions = {
    origin: target.origin,
    path: target.path,
    headers: { authorization: `Bearer ${target.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-5-mini",
      messages: MESSAGES,
      max_completion_tokens: 400,
      ...(load.stream && STREAMED[load.stream]),
    }),
    connections: load.connections,
    seconds: load.seconds,
  };
  return measure({ name: target.side, pid: target.pid }, options);
}

async function ledgerCalls({ url, adminToken }: System): Promise<number | null> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
  return response.ok ? seriesTotal(await response.text(), "meterr_ledger_calls_total") : null;
}

/** meterr's to the bare Worker's: the median of the rounds' own ratios, so that a slow moment hits both sides. */
function ratio({ rounds }: Turns, of: (measurement: Measurement) => number): number {
  return round3(median(rounds.meterr.map((m, index) => of(m) / of(rounds.bare[index] as Measurement))));
}

function added({ rounds }: Turns, of: (measurement: Measurement) => number): number {
  return round3(median(rounds.meterr.map((m, index) => of(m) - of(rounds.bare[index] as Measurement))));
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function fail(message: string): 1 {
  process.stderr.write(`${message}\n`);
  return 1;
}

// Told to stop, it takes what it has started along: the system and the upstream end with their channel.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const jsonAt = process.argv.indexOf("--json");
const jsonFile = jsonAt === -1 ? null : (process.argv[jsonAt + 1] ?? null);
if (jsonAt !== -1 && jsonFile === null) process.exit(fail("--json needs a file."));
process.exit(await bench(jsonFile));
