/** One load on one target, and what it cost the process that serves it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadOptions, LoadResult } from "./load.ts";
import { cpuMs, median, percentile } from "./stats.ts";

/** Settlements go out this long after the load, and cost CPU that counts. */
const SETTLE_SECONDS = 1.5;

export interface Measurement {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Until the first byte of the body. */
  firstByteP50Ms: number;
  cpuMsPerRequest: number;
}

/** Runs the load; settlements afterwards included. Throws where an answer was no 200. */
export async function measure(
  { name, pid }: { name: string; pid: number },
  options: LoadOptions,
): Promise<{ measurement: Measurement; requests: number }> {
  const cpuBefore = cpuMs(pid);
  const client = fork(join(import.meta.dirname, "load.ts"), [JSON.stringify(options)]);
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
    measurement: {
      requestsPerSecond: result.requests / result.seconds,
      p50Ms: percentile(result.latenciesMs, 0.5),
      p99Ms: percentile(result.latenciesMs, 0.99),
      firstByteP50Ms: percentile(result.firstBytesMs, 0.5),
      cpuMsPerRequest: cpu / result.requests,
    },
  };
}

/** The median of each figure. */
export function middle(rounds: readonly Measurement[]): Measurement {
  return {
    requestsPerSecond: median(rounds.map((m) => m.requestsPerSecond)),
    p50Ms: median(rounds.map((m) => m.p50Ms)),
    p99Ms: median(rounds.map((m) => m.p99Ms)),
    firstByteP50Ms: median(rounds.map((m) => m.firstByteP50Ms)),
    cpuMsPerRequest: median(rounds.map((m) => m.cpuMsPerRequest)),
  };
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
