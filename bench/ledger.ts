/**
 * `npm run bench:ledger`: one ledger with many budgets and a long history, alone in workerd with its storage on disk.
 * What a lease costs, how fast it wakes, and whether history makes it grow. `-- --budgets N --events N` for other sizes.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { portOf, workerdBinary } from "../scripts/lib/workerd.ts";
import { readRuntime } from "../scripts/lib/workerd-config.ts";
import { median } from "./stats.ts";

const ROOT = join(import.meta.dirname, "..");

/** What the ledger promises. */
const LEASE_MS = 2;
const WAKE_MS = 50;
/** Free pages come and go; history would be a hundred times more. */
const GROWTH_BYTES = 8_000_000;

const LEASE_ROUNDS = 5;
const LEASES_A_ROUND = 500;
const WAKES = 11;
/** Thousands of events a turn; between two turns the outbox empties. */
const TURN = 20;
/** A turn is delivered in seconds. */
const QUIET_WITHIN_MS = 60_000;

interface Sizes {
  bytes: number;
  rows: Record<string, number>;
}

const config = (date: string, flags: string[]) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  services = [
    (name = "main", worker = (
      compatibilityDate = "${date}",
      compatibilityFlags = ${JSON.stringify(flags)},
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      durableObjectNamespaces = [(className = "BenchLedger", uniqueKey = "bench", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
      bindings = [(name = "LEDGER", durableObjectNamespace = "BenchLedger")],
    )),
    (name = "disk", disk = (path = "state", writable = true)),
  ],
);
`;

async function bench(budgets: number, events: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "meterr-bench-ledger-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [join(ROOT, "bench/in-workerd/ledger.ts")],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    loader: { ".sql": "text" },
    minify: true,
    logLevel: "warning",
  });
  const { compatibilityDate, compatibilityFlags } = readRuntime(readFileSync(join(ROOT, "wrangler.toml"), "utf8"));
  writeFileSync(join(folder, "config.capnp"), config(compatibilityDate, compatibilityFlags));
  mkdirSync(join(folder, "state"));
  const workerd = spawn(workerdBinary(ROOT), ["serve", "--experimental", "--control-fd=3", "config.capnp", "config"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  process.once("exit", () => workerd.kill("SIGKILL"));
  const origin = `http://127.0.0.1:${await portOf(workerd)}`;

  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const ask = async <T>(what: string, count = 0, from = 0): Promise<T> => {
    const response = await fetch(`${origin}/${what}?count=${count}&from=${from}`);
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const quiet = async () => {
    const until = Date.now() + QUIET_WITHIN_MS;
    while ((await ask<number>("pending")) > 0) {
      if (Date.now() > until) throw new Error("the outbox does not empty");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Once what was delivered is deleted, too, which the next step does, or the clock a second later. */
  const sizes = async () => {
    for (const until = Date.now() + QUIET_WITHIN_MS; ; ) {
      const now = await ask<Sizes>("sizes");
      if (now.rows.outbox === 0 || Date.now() > until) return now;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const leaseMs = async () => {
    const rounds: number[] = [];
    for (let round = 0; round < LEASE_ROUNDS; round++) {
      const startedAt = performance.now();
      await ask("lease", LEASES_A_ROUND);
      // Each is two calls: the lease, and its settlement with the return.
      rounds.push((performance.now() - startedAt) / LEASES_A_ROUND / 2);
    }
    // The quietest: whatever else the machine does only makes the others slower.
    return Math.min(...rounds);
  };
  const settle = async (thousands: number, from: number) => {
    for (let done = 0; done < thousands; done += TURN) {
      await ask("settle", Math.min(TURN, thousands - done), from + done);
      await quiet();
    }
  };

  const emptyMs = await leaseMs();
  tell(`making ${budgets} budgets …`);
  for (let made = 0; made < budgets; made += 500) await ask("fill", Math.min(500, budgets - made), made);
  const youngMs = await leaseMs();
  const thousands = Math.ceil(events / 1_000);
  const first = Math.ceil(thousands / 10);
  tell(`settling ${first * 1_000} events …`);
  await settle(first, 0);
  await quiet();
  const before = await sizes();
  tell(`settling ${(thousands - first) * 1_000} more …`);
  await settle(thousands - first, first);
  await quiet();
  const after = await sizes();
  const oldMs = await leaseMs();
  await quiet();
  const wakes: number[] = [];
  for (let n = 0; n < WAKES; n++) wakes.push(await ask<number>("wake"));
  const wakeMs = median(wakes);
  const policyBytes = await ask<number>("policy");
  workerd.kill("SIGKILL");

  const growth = after.bytes - before.bytes;
  const lines = [
    ["a call for a lease, empty ledger", `${emptyMs.toFixed(2)} ms`, ""],
    [`  with ${budgets} budgets`, `${youngMs.toFixed(2)} ms`, ""],
    [`  and ${events} settled events`, `${oldMs.toFixed(2)} ms`, `< ${LEASE_MS} ms`],
    ["first call after eviction, median", `${wakeMs.toFixed(0)} ms`, `< ${WAKE_MS} ms`],
    ["  slowest", `${Math.max(...wakes).toFixed(0)} ms`, ""],
    ["storage after a tenth of the events", `${(before.bytes / 1e6).toFixed(1)} MB`, ""],
    ["  after all of them", `${(after.bytes / 1e6).toFixed(1)} MB`, `+ < ${GROWTH_BYTES / 1e6} MB`],
    ["policy that a new isolate gets", `${(policyBytes / 1e3).toFixed(0)} kB`, ""],
  ];
  for (const [name = "", value = "", promise = ""] of lines) {
    process.stdout.write(`${name.padEnd(40)}${value.padStart(12)}   ${promise}\n`);
  }
  const grown = Object.entries(after.rows).filter(([table, rows]) => rows > (before.rows[table] ?? 0));
  process.stdout.write(
    `tables that grew with history: ${grown.map(([t, n]) => `${t} (${n} rows)`).join(", ") || "none"}\n`,
  );
  return oldMs < LEASE_MS && wakeMs < WAKE_MS && growth < GROWTH_BYTES ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const { values } = parseArgs({
  options: { budgets: { type: "string", default: "10000" }, events: { type: "string", default: "1000000" } },
});
process.exit(await bench(Number(values.budgets), Number(values.events)));
