/**
 * `npm run bench`: the whole system with all on against a bare pass-through Worker in the same runtime, and against other
 * gateways, in turns, in one run. Prints a table; `--json FILE` writes the ratios (contract.md, "Bench").
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../scripts/lib/build.ts";
import { readRuntime } from "../scripts/lib/workerd-config.ts";
import { startBare } from "./bare.ts";
import { coldStarts } from "./cold-start.ts";
import { halfOf, LOADS, THOUSAND } from "./loads.ts";
import { inTurns, middle, type Side, sleep, type Target } from "./measure.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { writePage } from "./page.ts";
import { startPeers } from "./peers/index.ts";
import { type Findings, resultsOf, rowsOf } from "./report.ts";
import { ledgerCalls, startBenchSystem } from "./system.ts";
import { plainTable } from "./table.ts";

/** Ledgers push their counters every two seconds. */
const METRICS_SECONDS = 3;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function bench({ json, peers: wanted, docs }: Options): Promise<void> {
  await buildIfStale(say);
  const folder = mkdtempSync(join(tmpdir(), "meterr-bench-"));
  const upstreamProcess = fork(join(import.meta.dirname, "upstream.ts"), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = await once(upstreamProcess.stdout as NodeJS.ReadableStream, "data");
  const upstream = `http://127.0.0.1:${Number(port)}`;
  const bareOptions = { folder, upstream, date: readRuntime(readFileSync("wrangler.toml", "utf8")).compatibilityDate };
  const bareWorker = await startBare(bareOptions);
  const readingWorker = await startBare(bareOptions, "reading");
  const { target: ours, system } = await startBenchSystem(upstream);
  const peers = await startPeers(wanted, upstream);
  try {
    const bare: Target = { side: "bare", ...bareWorker, path: "/v1/chat/completions", headers: ours.headers };
    const reading: Target = { ...bare, ...readingWorker, side: "reading" };
    const two = [bare, ours];
    const all = [...two, ...peers];
    const withReading = [bare, reading, ours, ...peers];
    say("Warming up");
    await inTurns({ ...LOADS.throughput, seconds: 1 }, withReading, 1);

    say("Requests as fast as they come");
    await sleep(METRICS_SECONDS);
    const callsBefore = await ledgerCalls(system);
    const throughput = await inTurns(LOADS.throughput, withReading);
    readingWorker.stop();
    await sleep(METRICS_SECONDS);
    const callsAfter = await ledgerCalls(system);
    const served = throughput.meterr?.reduce((sum, { requests }) => sum + requests, 0) ?? 0;
    const calls = callsBefore === null || callsAfter === null ? null : (callsAfter - callsBefore) / served;

    say("Delays at half of meterr's load");
    const half = halfOf(middle(throughput, "meterr", (m) => m.requestsPerSecond));
    const canHalf = (side: Side) => middle(throughput, side, (m) => m.requestsPerSecond) > half.requestsPerSecond;
    const halfLoad = await inTurns(
      half,
      all.filter(({ side }) => canHalf(side)),
    );
    say("Streams");
    const stream200 = await inTurns(LOADS.stream200, all);
    const stream200Edited = await inTurns(LOADS.stream200Edited, two);
    const thousand = await inTurns(THOUSAND, two, 1);
    say("Long requests");
    const body64k = await inTurns(LOADS.body64k, two);
    const body5m = await inTurns(LOADS.body5m, two);
    say("Cold starts");
    for (const peer of peers) peer.stop();
    bareWorker.stop();
    await system.stop();
    const starts = await coldStarts({
      bare: { target: bare, options: bareOptions },
      meterr: { target: ours, state: system.stateDir },
    });

    const findings: Findings = {
      sides: withReading.map(({ side }) => side),
      ...{ throughput, halfLoad, stream200, stream200Edited, thousand, body64k, body5m, starts },
      ledgerCallsPerRequest: calls,
    };
    process.stdout.write(`${plainTable(rowsOf(findings))}\n`);
    if (json !== null) writeFileSync(json, `${JSON.stringify(resultsOf(findings), null, 2)}\n`);
    if (docs) writePage(findings, new Date().toISOString().slice(0, 10));
  } finally {
    for (const peer of peers) peer.stop();
    await system.stop();
    bareWorker.stop();
    readingWorker.stop();
    upstreamProcess.kill();
    rmSync(folder, { recursive: true });
  }
}

// Told to stop, it takes what it has started along: the system and the upstream end with their channel.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const options = readOptions(process.argv.slice(2));
if (process.platform !== "linux") {
  say("The benchmark reads CPU times from /proc, so it runs on Linux alone.");
  process.exit(1);
}
if (typeof options === "string") {
  say(`${options}\n${USAGE}`);
  process.exit(1);
}
await bench(options);
process.exit(0);
