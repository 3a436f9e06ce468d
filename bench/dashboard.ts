/**
 * `npm run bench:dashboard`: the dashboard over a tenant with a million records. How long its API takes, and how long until
 * its pages can be used in a real Chromium. `-- --records N` for another size, `--state DIR` to keep what was written and
 * use it again, `--lighthouse` for Lighthouse's scores, too.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { findChromium } from "../scripts/lib/chromium.ts";
import { timeApi } from "./dashboard/api.ts";
import { type Figure, isMissed, row } from "./dashboard/figure.ts";
import { isBelow, SCORE_HEAD, type Scored, scorePages, scoreRow } from "./dashboard/lighthouse.ts";
import { timePages } from "./dashboard/pages.ts";
import { freePort } from "./peers/start.ts";
import { seed } from "./seed.ts";
import { databaseIn, type Served, serve } from "./serve.ts";
import { plainTable } from "./table.ts";

const ROUNDS = 7;

interface Options {
  records: number;
  /** Null for one that is gone afterwards. */
  state: string | null;
  lighthouse: boolean;
}

async function bench({ records, state: kept, lighthouse }: Options): Promise<number> {
  const state = kept ?? mkdtempSync(join(tmpdir(), "meterr-bench-dashboard-"));
  if (kept === null) process.once("exit", () => rmSync(state, { recursive: true, force: true }));
  if (!existsSync(join(state, "bootstrap.json"))) {
    const first = await serve(state);
    await first.stop();
    await seed(databaseIn(state), { tenant: first.tenant, count: records, now: Date.now() });
  }
  const served = await serve(state);
  try {
    const loadBefore = loadavg()[0] ?? 0;
    const api = await timeApi(served, ROUNDS);
    const { pages, scores } = await inBrowser(served, lighthouse);
    const figures = [...api, ...pages];
    say([["", "best", "median", "target"], ...figures.map(row)]);
    if (scores.length > 0) say([SCORE_HEAD, ...scores.map(scoreRow)]);
    const load = `load of the machine ${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
    process.stdout.write(`${records.toLocaleString("en-US")} records; ${ROUNDS} rounds; ${load}\n`);
    return figures.some(isMissed) || scores.some(isBelow) ? 1 : 0;
  } finally {
    await served.stop();
  }
}

const say = (rows: string[][]): void => {
  process.stdout.write(`${plainTable(rows)}\n\n`);
};

/** What needs a Chromium; nothing where there is none. */
async function inBrowser(served: Served, lighthouse: boolean): Promise<{ pages: Figure[]; scores: Scored[] }> {
  const executablePath = findChromium();
  if (executablePath === null) return { pages: [], scores: [] };
  const port = await freePort();
  const args = ["--no-sandbox", "--disable-gpu", `--remote-debugging-port=${port}`];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    await page.goto(served.signInUrl);
    await page.waitForURL(/\/app\/\w+/);
    await page.close();
    const pages = await timePages(context, served, ROUNDS);
    return { pages, scores: lighthouse ? await scorePages(context, port, served) : [] };
  } finally {
    await browser.close();
  }
}

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    state: { type: "string" },
    lighthouse: { type: "boolean", default: false },
  },
});
process.exit(
  await bench({ records: Number(values.records), state: values.state ?? null, lighthouse: values.lighthouse }),
);
