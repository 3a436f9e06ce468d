/** Loads on targets, in turns, with what they cost. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadOptions, LoadResult } from "./load.ts";
import { bodyOf, type Load } from "./loads.ts";
import { cpuMs, memoryBytes } from "./processes.ts";
import { median, percentile } from "./stats.ts";

/** Each measurement is taken this often, in turns; the median counts. */
const ROUNDS = 3;

/** Settlements go out this long after the load, and cost CPU that counts. */
const SETTLE_SECONDS = 1.5;

export type Side = "bare" | "reading" | "meterr" | "portkey" | "litellm";

export interface Target {
  side: Side;
  origin: string;
  path: string;
  headers: Record<string, string>;
  pid: number;
}

export interface Measurement {
  requests: number;
  requestsPerSecond: number;
  /** To the first byte of the answer's body. */
  p50Ms: number;
  p99Ms: number;
  /** Of a streamed chunk, from the provider to the client; NaN where nothing is streamed. */
  chunkP50Ms: number;
  chunkP99Ms: number;
  cpuMsPerRequest: number;
  /** Of the process, with its children, after the load. */
  memoryBytes: number;
}

/** A measurement a round, of each side. */
export type Turns = Partial<Record<Side, Measurement[]>>;

/** A peer that fails under the load is left out of it; where we or the bare Worker fail, there is nothing to compare. */
export async function inTurns(load: Load, targets: readonly Target[], rounds = ROUNDS): Promise<Turns> {
  const turns: Turns = {};
  const failed = new Set<Side>();
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) {
      if (failed.has(target.side)) continue;
      try {
        const measurement = await run(target, load);
        turns[target.side] = [...(turns[target.side] ?? []), measurement];
      } catch (error) {
        if (!isPeer(target.side)) throw error;
        process.stderr.write(`${(error as Error).message}; it is left out of this\n`);
        failed.add(target.side);
        delete turns[target.side];
      }
    }
  }
  return turns;
}

const OWN: ReadonlySet<Side> = new Set(["bare", "reading", "meterr"]);

export const isPeer = (side: Side): boolean => !OWN.has(side);

/** One load on one target, with the CPU that it causes, settlements afterwards included. */
export async function run(target: Target, load: Load): Promise<Measurement> {
  const { origin, path, headers } = target;
  const { stream: _, everyMs: __, promptBytes: ___, ...pace } = load;
  const options: LoadOptions = {
    ...{ origin, path, headers: { ...headers, "content-type": "application/json" } },
    ...{ body: bodyOf(load), ...pace },
  };
  return measure({ name: target.side, pid: target.pid }, options);
}

/** A load on the process that serves it; `name` is for the error where an answer was none. */
export async function measure(
  { name, pid }: { name: string; pid: number },
  options: LoadOptions,
): Promise<Measurement> {
  const cpuBefore = cpuMs(pid);
  const client = fork(join(import.meta.dirname, "load.ts"), []);
  client.send(options);
  const result = await Promise.race([
    once(client, "message").then(([message]) => message as LoadResult),
    once(client, "exit").then(([code]) => Promise.reject(new Error(`the load generator ended (${code})`))),
  ]);
  await sleep(SETTLE_SECONDS);
  const cpu = cpuMs(pid) - cpuBefore;
  if (Object.keys(result.failures).length > 0) {
    throw new Error(`${name} failed under load: ${JSON.stringify(result.failures)}`);
  }
  return {
    requests: result.requests,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: percentile(result.firstByteMs, 0.5),
    p99Ms: percentile(result.firstByteMs, 0.99),
    chunkP50Ms: percentile(result.chunkDelayMs, 0.5),
    chunkP99Ms: percentile(result.chunkDelayMs, 0.99),
    cpuMsPerRequest: cpu / result.requests,
    memoryBytes: memoryBytes(pid),
  };
}

export type Figure = (measurement: Measurement) => number;

/** The median of one figure of one side; NaN where it was not measured. */
export const middle = (turns: Turns, side: Side, of: Figure): number => median((turns[side] ?? []).map(of));

/** One side's figure to another's: the median of the rounds' own ratios, so that a slow moment hits both. */
export const ratio = (turns: Turns, [side, to]: readonly [Side, Side], of: Figure): number =>
  compared(turns, [side, to], (a, b) => of(a) / of(b));

/** What one side has more than another, likewise. */
export const added = (turns: Turns, [side, to]: readonly [Side, Side], of: Figure): number =>
  compared(turns, [side, to], (a, b) => of(a) - of(b));

function compared(
  turns: Turns,
  [side, to]: readonly [Side, Side],
  by: (a: Measurement, b: Measurement) => number,
): number {
  const others = turns[to] ?? [];
  return median((turns[side] ?? []).flatMap((one, round) => (others[round] ? [by(one, others[round])] : [])));
}

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
