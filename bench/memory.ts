/**
 * `npm run bench:memory`: a million requests, and what memory the process has after each part of them. `-- --requests N`
 * sends fewer; `--json FILE` writes the figures.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildIfStale } from "../scripts/lib/build.ts";
import { run } from "./measure.ts";
import { median } from "./stats.ts";
import { startBenchSystem } from "./system.ts";

const CONNECTIONS = 32;
const PARTS = 20;
/** A part has time enough on any machine. */
const PART_SECONDS = 600;
const MB = 1_000_000;

const { values } = parseArgs({
  options: { requests: { type: "string", default: "1000000" }, json: { type: "string" } },
});
const each = Math.ceil(Number(values.requests) / PARTS / CONNECTIONS);

await buildIfStale((line) => process.stderr.write(`${line}\n`));
const upstream = fork(join(import.meta.dirname, "upstream.ts"), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
const [port] = await once(upstream.stdout as NodeJS.ReadableStream, "data");
const { target, system } = await startBenchSystem(`http://127.0.0.1:${Number(port)}`);
const parts: { requests: number; memoryBytes: number; requestsPerSecond: number }[] = [];
try {
  let requests = 0;
  for (let part = 0; part < PARTS; part++) {
    const { memoryBytes, requestsPerSecond, ...sent } = await run(target, {
      connections: CONNECTIONS,
      seconds: PART_SECONDS,
      each,
    });
    requests += sent.requests;
    parts.push({ requests, memoryBytes, requestsPerSecond });
    const figures = [`${(memoryBytes / MB).toFixed(0)} MB`, `${requestsPerSecond.toFixed(0)} requests/s`];
    process.stdout.write(`${[requests.toLocaleString("en").padStart(9), ...figures].join("  ")}\n`);
  }
} finally {
  await system.stop();
  upstream.kill();
}
const quarter = (n: number) => median(parts.slice((n * PARTS) / 4, ((n + 1) * PARTS) / 4).map((at) => at.memoryBytes));
const growth = quarter(3) / quarter(1);
process.stdout.write(`The last quarter has ${growth.toFixed(2)}× the memory of the second.\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ parts, growth }, null, 2)}\n`);
process.exit(0);
