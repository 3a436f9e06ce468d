/** What the benchmark found: its rows for people, and its ratios for programs (contract.md, "Bench"). */
import type { Start } from "./cold-start.ts";
import { added, type Figure, isPeer, middle, ratio, type Side, type Turns } from "./measure.ts";

export interface Findings {
  /** In the order of the columns; the bare Worker first. */
  sides: readonly Side[];
  throughput: Turns;
  halfLoad: Turns;
  stream200: Turns;
  stream200Edited: Turns;
  body64k: Turns;
  body5m: Turns;
  thousand: Turns;
  starts: Record<"bare" | "meterr", Start>;
  ledgerCallsPerRequest: number | null;
}

const OURS = ["meterr", "bare"] as const;
const cpu: Figure = (m) => m.cpuMsPerRequest;
const rps: Figure = (m) => m.requestsPerSecond;
const p50: Figure = (m) => m.p50Ms;
const p99: Figure = (m) => m.p99Ms;
const chunkP50: Figure = (m) => m.chunkP50Ms;
const chunkP99: Figure = (m) => m.chunkP99Ms;
const memory: Figure = (m) => m.memoryBytes;

/** What `--json` writes. A peer's ratios are ours to the peer's. */
export function resultsOf(of: Findings) {
  const peers = of.sides.filter(isPeer);
  return {
    json: {
      cpu_ratio: round(ratio(of.throughput, OURS, cpu)),
      rps_ratio: round(ratio(of.throughput, OURS, rps)),
      reading_cpu_ratio: round(ratio(of.throughput, ["reading", "bare"], cpu)),
      reading_rps_ratio: round(ratio(of.throughput, ["reading", "bare"], rps)),
      added_p50_ms: round(added(of.halfLoad, OURS, p50)),
      added_p99_ms: round(added(of.halfLoad, OURS, p99)),
    },
    stream200: {
      cpu_ratio: round(ratio(of.stream200, OURS, cpu)),
      added_chunk_p50_ms: round(added(of.stream200, OURS, chunkP50)),
      added_chunk_p99_ms: round(added(of.stream200, OURS, chunkP99)),
    },
    stream200_edited: { cpu_ratio: round(ratio(of.stream200Edited, OURS, cpu)) },
    streams1000: {
      cpu_ratio: round(ratio(of.thousand, OURS, cpu)),
      added_chunk_p50_ms: round(added(of.thousand, OURS, chunkP50)),
    },
    body_64kb: { cpu_ratio: round(ratio(of.body64k, OURS, cpu)) },
    body_5mb: { cpu_ratio: round(ratio(of.body5m, OURS, cpu)) },
    cold_start: {
      added_listening_ms: round(of.starts.meterr.listening - of.starts.bare.listening),
      added_answer_ms: round(of.starts.meterr.answered - of.starts.bare.answered),
    },
    ledger_calls_per_request: of.ledgerCallsPerRequest,
    peers: Object.fromEntries(
      peers.map((peer) => [
        peer,
        {
          rps_ratio: round(ratio(of.throughput, ["meterr", peer], rps)),
          cpu_ratio: round(ratio(of.throughput, ["meterr", peer], cpu)),
          stream200_cpu_ratio: round(ratio(of.stream200, ["meterr", peer], cpu)),
        },
      ]),
    ),
  };
}

const NAMES: Record<Side, string> = {
  bare: "bare Worker",
  reading: "reading Worker",
  meterr: "meterr",
  portkey: "Portkey",
  litellm: "LiteLLM",
};

/** The table: a row a figure, a column a side, and ours compared with the bare Worker's. */
export function rowsOf(of: Findings): string[][] {
  const row = (name: string, turns: Turns, figure: Figure, show: (value: number) => string, compared: Compared) => [
    name,
    ...of.sides.map((side) => (turns[side] ? show(middle(turns, side, figure)) : "–")),
    compared === "ratio" ? `${ratio(turns, OURS, figure).toFixed(2)}×` : signed(added(turns, OURS, figure)),
  ];
  const { starts, ledgerCallsPerRequest: calls } = of;
  const start = (name: string, figure: (start: Start) => number) => [
    name,
    ...of.sides.map((side) => (side === "bare" || side === "meterr" ? millis(figure(starts[side])) : "–")),
    signed(figure(starts.meterr) - figure(starts.bare)),
  ];
  return [
    ["", ...of.sides.map((side) => NAMES[side]), "meterr to bare"],
    row("JSON, requests/s", of.throughput, rps, whole, "ratio"),
    row("JSON, CPU a request", of.throughput, cpu, micros, "ratio"),
    row("Memory after it", of.throughput, memory, megabytes, "ratio"),
    row("First byte at half load, p50", of.halfLoad, p50, millis, "difference"),
    row("First byte at half load, p99", of.halfLoad, p99, millis, "difference"),
    row("200 chunks, CPU a stream", of.stream200, cpu, millis, "ratio"),
    row("… with its usage removed", of.stream200Edited, cpu, millis, "ratio"),
    row("A chunk's delay, p50", of.stream200, chunkP50, millis, "difference"),
    row("A chunk's delay, p99", of.stream200, chunkP99, millis, "difference"),
    row("1,000 streams at once, CPU a stream", of.thousand, cpu, millis, "ratio"),
    row("… a chunk's delay, p50", of.thousand, chunkP50, millis, "difference"),
    row("… memory", of.thousand, memory, megabytes, "ratio"),
    row("64 KB request, CPU", of.body64k, cpu, micros, "ratio"),
    row("5 MB request, CPU", of.body5m, cpu, millis, "ratio"),
    start("Cold start until it listens", (each) => each.listening),
    start("… until the first answer", (each) => each.answered),
    ["Ledger calls a request", ...of.sides.map((side) => (side === "meterr" ? shownCalls(calls) : "–")), ""],
  ];
}

type Compared = "ratio" | "difference";

const shownCalls = (calls: number | null): string => (calls === null ? "unknown" : calls.toFixed(4));
const whole = (value: number): string => value.toFixed(0);
export const micros = (ms: number): string => `${(ms * 1000).toFixed(0)} µs`;
export const millis = (ms: number): string => `${ms.toFixed(2)} ms`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const signed = (ms: number): string => `${ms < 0 ? "−" : "+"}${Math.abs(ms).toFixed(2)} ms`;
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** For the plot: the medians that make a bar each. */
export const barsOf = (of: Findings) =>
  of.sides.map((side) => ({
    name: NAMES[side],
    requestsPerSecond: middle(of.throughput, side, rps),
    cpuMicros: middle(of.throughput, side, cpu) * 1000,
    streamCpuMs: middle(of.stream200, side, cpu),
    firstByteP50Ms: middle(of.halfLoad, side, p50),
  }));
