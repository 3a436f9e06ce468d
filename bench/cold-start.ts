/** From no process to the first answer: ours with its state on disk, and a bare Worker in the same runtime. */
import { join } from "node:path";
import { loadSecrets } from "../scripts/lib/state.ts";
import { startWorkerd } from "../scripts/lib/workerd.ts";
import { type BareOptions, startBare } from "./bare.ts";
import { bodyOf, LOADS } from "./loads.ts";
import type { Target } from "./measure.ts";
import { median } from "./stats.ts";

const TIMES = 5;
const ROOT = join(import.meta.dirname, "..");

/** In milliseconds from the process's start. */
export interface Start {
  /** The Worker's code is loaded, and the first request can come. */
  listening: number;
  /** It was answered by the provider. */
  answered: number;
}

/** The medians of a few starts, in turns. `meterr` is a target whose system was stopped; its state is in `state`. */
export async function coldStarts(of: {
  bare: { target: Target; options: BareOptions };
  meterr: { target: Target; state: string };
}): Promise<Record<"bare" | "meterr", Start>> {
  const starts = { bare: [] as Start[], meterr: [] as Start[] };
  for (let time = 0; time < TIMES; time++) {
    starts.bare.push(await timed(of.bare.target, () => startBare(of.bare.options)));
    starts.meterr.push(await timed(of.meterr.target, () => startOurs(of.meterr.state)));
  }
  return { bare: middle(starts.bare), meterr: middle(starts.meterr) };
}

async function timed(
  { path, headers }: Target,
  start: () => Promise<{ origin: string; stop(): void | Promise<void> }>,
): Promise<Start> {
  const startedAt = performance.now();
  const { origin, stop } = await start();
  const listening = performance.now() - startedAt;
  const response = await fetch(origin + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: bodyOf(LOADS.throughput),
  });
  await response.arrayBuffer();
  const answered = performance.now() - startedAt;
  await stop();
  if (!response.ok) throw new Error(`the first request was answered with ${response.status}`);
  return { listening, answered };
}

async function startOurs(state: string): Promise<{ origin: string; stop(): Promise<void> }> {
  const given = { adminToken: null, masterKey: null };
  const settings = { ...given, port: 0, host: "127.0.0.1", state, allowPrivateUpstreams: true };
  const workerd = startWorkerd({ root: ROOT, state, settings, secrets: loadSecrets(state, given) });
  return { origin: `http://127.0.0.1:${await workerd.port}`, stop: () => workerd.stop(async () => true) };
}

const middle = (starts: readonly Start[]): Start => ({
  listening: median(starts.map(({ listening }) => listening)),
  answered: median(starts.map(({ answered }) => answered)),
});
