/** `npm test`: builds, finds a browser, and runs every test; arguments go to vitest. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { buildIfStale } from "./lib/build.ts";
import { CHROMIUM_HELP, ensureChromium } from "./lib/chromium.ts";
import { describeTotals, saveTotals, type Totals } from "./lib/results.ts";

const REPORT = "dist/results/vitest.json";

const say = (line: string) => process.stderr.write(`${line}\n`);

async function test(): Promise<number> {
  mkdirSync("dist/results", { recursive: true });
  rmSync(REPORT, { force: true });
  await buildIfStale(say);
  const chromium = ensureChromium(say);
  const code = await runVitest(chromium);
  const totals = readTotals();
  // A browser that is not there fails the run, once all else has run: those tests were asked for.
  if (chromium === null) totals.failed++;
  saveTotals("tests", totals);
  if (chromium === null) say(CHROMIUM_HELP);
  process.stdout.write(`Tests: ${describeTotals(totals)}\n`);
  return totals.failed > 0 ? 1 : code;
}

function runVitest(chromium: string | null): Promise<number> {
  const args = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${REPORT}`,
    ...process.argv.slice(2),
  ];
  return new Promise((resolve) => {
    spawn("vitest", args, { stdio: "inherit", env: { ...process.env, ...(chromium && { CHROMIUM: chromium }) } }).on(
      "exit",
      (code) => resolve(code ?? 1),
    );
  });
}

/** vitest's own counts; where it could not even start, or a file failed without a test, that is one failure. */
function readTotals(): Totals {
  try {
    const report = JSON.parse(readFileSync(REPORT, "utf8"));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests || (report.success ? 0 : 1),
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

process.exit(await test());
