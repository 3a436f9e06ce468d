/** The benchmark's table. */
import { type Measurement, middle } from "./measure.ts";
import type { Turns } from "./run.ts";

export type Side = "bare" | "meterr";

interface Results {
  json: { cpu_ratio: number; rps_ratio: number; added_p50_ms: number; added_p99_ms: number };
  stream200: { cpu_ratio: number };
  stream200_edited: { cpu_ratio: number };
  ledger_calls_per_request: number | null;
}

/** Prints the medians of both sides, and meterr's to the bare Worker's. */
export function printTable(
  turns: Record<"throughput" | "latency" | "stream200" | "stream200Edited", Turns>,
  results: Results,
): void {
  const { json, stream200, stream200_edited: edited, ledger_calls_per_request: calls } = results;
  const rows = [
    ["", "bare Worker", "meterr", ""],
    row("JSON, requests/s", turns.throughput, (m) => m.requestsPerSecond.toFixed(0), `${json.rps_ratio.toFixed(2)}×`),
    row("JSON, CPU a request", turns.throughput, (m) => micros(m.cpuMsPerRequest), `${json.cpu_ratio.toFixed(2)}×`),
    row("JSON, p50", turns.latency, (m) => millis(m.p50Ms), signed(json.added_p50_ms)),
    row("JSON, p99", turns.latency, (m) => millis(m.p99Ms), signed(json.added_p99_ms)),
    row(
      "200 chunks, CPU a stream",
      turns.stream200,
      (m) => millis(m.cpuMsPerRequest),
      `${stream200.cpu_ratio.toFixed(2)}×`,
    ),
    row(
      "… with its usage removed",
      turns.stream200Edited,
      (m) => millis(m.cpuMsPerRequest),
      `${edited.cpu_ratio.toFixed(2)}×`,
    ),
    ["Ledger calls a request", "", calls === null ? "unknown" : calls.toFixed(4), ""],
  ];
  printRows(rows);
}

/** Prints columns: names to the left, figures to the right. */
export function printRows(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of rows) {
    const [name = "", ...numbers] = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${[name, ...numbers].join("   ").trimEnd()}\n`);
  }
}

function row(name: string, { rounds }: Turns, show: (measurement: Measurement) => string, compared: string): string[] {
  return [name, show(middle(rounds.bare)), show(middle(rounds.meterr)), compared];
}

export const micros = (ms: number): string => `${(ms * 1000).toFixed(0)} µs`;
export const millis = (ms: number): string => `${ms.toFixed(2)} ms`;
export const signed = (ms: number): string => `${ms < 0 ? "−" : "+"}${Math.abs(ms).toFixed(2)} ms`;
