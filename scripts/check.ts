/** `npm run check`: types, format, lint, import zones, dead code. Prints a line a check, and what failed in full. */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { describeTotals, saveTotals, type Totals } from "./lib/results.ts";
import { zoneViolations } from "./lib/zones.ts";

interface Check {
  name: string;
  /** Resolves to what is wrong; empty where all is well. */
  run(): Promise<string>;
}

const CHECKS: Check[] = [
  command("bindings' types match wrangler.toml", "node", ["scripts/types.ts", "--check"]),
  command("types of the Worker", "tsc", ["-p", "worker"]),
  command("types of the dashboard", "tsc", ["-p", "web"]),
  command("types of scripts and tests", "tsc", ["-p", "."]),
  command("format, lint, import cycles", "biome", ["ci", "--colors=off"]),
  { name: "imports run one way", run: async () => checkZones() },
  command("no dead code", "knip", ["--no-progress", "--treat-config-hints-as-errors"]),
];

function command(name: string, file: string, args: string[]): Check {
  return {
    name,
    run: () =>
      new Promise((resolve) => {
        const child = spawn(file, args, { env: { ...process.env, NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" } });
        let output = "";
        child.stdout.on("data", (chunk) => (output += chunk));
        child.stderr.on("data", (chunk) => (output += chunk));
        child.on("error", (error) => resolve(error.message));
        child.on("exit", (code) => resolve(code === 0 ? "" : output.trim() || `exit code ${code}`));
      }),
  };
}

function checkZones(): string {
  const files = globSync(["worker/**/*.ts", "durable-objects/**/*.ts", "web/src/**/*.{ts,tsx}"]);
  return files
    .filter((file) => !/\.(test|d)\.tsx?$/.test(file))
    .flatMap((file) => zoneViolations(file, readFileSync(file, "utf8")))
    .join("\n");
}

const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
for (const { name, run } of CHECKS) {
  const startedAt = performance.now();
  const problem = await run();
  totals[problem === "" ? "passed" : "failed"]++;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${problem === "" ? "✓" : "✗"} ${name.padEnd(38)}${seconds.padStart(5)} s\n`);
  if (problem !== "") process.stdout.write(`\n${problem}\n\n`);
}
saveTotals("checks", totals);
process.stdout.write(`Checks: ${describeTotals(totals)}\n`);
process.exit(totals.failed > 0 ? 1 : 0);
