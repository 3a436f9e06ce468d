/**
 * `npm run bench:dashboard`: the dashboard over a tenant with a million records. How long its API takes, and how long until
 * its pages can be used in a real Chromium. `-- --records N` for another size, `--state DIR` to keep what was written and
 * use it again.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { findChromium } from "../scripts/lib/chromium.ts";
import { SEEDED_DAYS, seed } from "./seed.ts";
import { databaseIn, type Served, serve } from "./serve.ts";
import { median } from "./stats.ts";

/** What the dashboard promises. */
const OVERVIEW_MS = 300;
const LIST_MS = 200;
const USABLE_MS = 1_500;
const ROUNDS = 7;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Figure {
  name: string;
  ms: number;
  target: number | null;
}

/** What the overview's first screen asks for, and what a click leads to. */
function questions(now: number): { name: string; path: string; target: number | null }[] {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const from = new Date(today - (SEEDED_DAYS - 1) * DAY_MS).toISOString();
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const before = `from=${new Date(today - (2 * SEEDED_DAYS - 1) * DAY_MS).toISOString()}&to=${new Date(hour + HOUR_MS - SEEDED_DAYS * DAY_MS).toISOString()}`;
  const ofDay = new Date(hour - 23 * HOUR_MS).toISOString();
  const by = (name: string) => ({
    name: `overview, 30 days by ${name}`,
    path: `/usage/summary?from=${from}&group_by=day,${name}&top=${name === "tag" ? 100 : 12}`,
    target: OVERVIEW_MS,
  });
  const list = (name: string, query: string) => ({ name, path: `/usage?limit=100${query}`, target: LIST_MS });
  return [
    ...["model", "provider", "key", "team", "user", "tag"].map(by),
    { name: "overview, the period before", path: `/usage/summary?${before}&group_by=day`, target: OVERVIEW_MS },
    { name: "overview, percentiles", path: `/usage/summary?from=${from}&percentiles=true`, target: OVERVIEW_MS },
    {
      name: "overview, of one key by model",
      path: `/usage/summary?from=${from}&group_by=day,model&top=12&key=key_000003`,
      target: OVERVIEW_MS,
    },
    {
      name: "overview, of one tag by model",
      path: `/usage/summary?from=${from}&group_by=day,model&top=12&tag=env%3Dprod`,
      target: OVERVIEW_MS,
    },
    {
      name: "overview, 24 hours by model",
      path: `/usage/summary?from=${ofDay}&group_by=hour,model&top=12`,
      target: OVERVIEW_MS,
    },
    {
      name: "overview, 24 hours by tag",
      path: `/usage/summary?from=${ofDay}&group_by=hour,tag&top=100`,
      target: OVERVIEW_MS,
    },
    list("requests, the newest", ""),
    list("requests, failed", "&status=error"),
    list("requests, cut (one in ten thousand)", "&status=cut"),
    list("requests, of one tag, denied", "&tag=env%3Dstaging&status=denied"),
    list("requests, text in errors", "&q=timeout"),
    list("requests, text, several words", "&q=gpt-5+staging+upstream"),
    list("requests, text that is nowhere", "&q=nothinglikethis"),
    list("requests, by id", "&q=req_000000000zzz"),
    list("requests, of one session", "&session=run-1000-1"),
    { name: "sessions, the newest", path: "/sessions?limit=100", target: LIST_MS },
    { name: "forecast", path: "/forecast", target: OVERVIEW_MS },
  ];
}

/** Milliseconds until the whole answer is there: the median of some, after one that warms up. */
async function timeApi(served: Served, path: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const from = performance.now();
    const response = await fetch(`${served.url}/api/v1/tenants/${served.tenant}${path}`, {
      headers: { authorization: `Bearer ${served.adminToken}` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    if (round > 0) times.push(performance.now() - from);
  }
  return median(times);
}

/** From asking for a page to its figures standing there, each time as somebody who was never here. */
async function timePages(served: Served): Promise<Figure[]> {
  const executablePath = findChromium();
  if (executablePath === null) return [];
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(served.signInUrl);
  await page.waitForURL(/\/app\/\w+/);
  const at = `${served.url}/app/${served.tenant}`;
  const pages = [
    { name: "page: overview", url: at, ready: "svg[role=img] rect" },
    { name: "page: requests", url: `${at}/requests`, ready: "[data-id]" },
    { name: "page: requests by text", url: `${at}/requests?q=timeout`, ready: "[data-id]" },
    { name: "page: sessions", url: `${at}/sessions`, ready: "[data-id]" },
  ];
  const figures: Figure[] = [];
  const network = await context.newCDPSession(page);
  for (const { name, url, ready } of pages) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await network.send("Network.clearBrowserCache");
      const from = performance.now();
      await page.goto(url, { waitUntil: "commit" });
      await page.locator(ready).first().waitFor();
      times.push(performance.now() - from);
    }
    figures.push({ name, ms: median(times), target: USABLE_MS });
  }
  await browser.close();
  return figures;
}

async function bench(records: number, kept: string | undefined): Promise<number> {
  const state = kept ?? mkdtempSync(join(tmpdir(), "meterr-bench-dashboard-"));
  if (kept === undefined) process.once("exit", () => rmSync(state, { recursive: true, force: true }));
  if (!existsSync(join(state, "bootstrap.json"))) {
    const first = await serve(state);
    await first.stop();
    await seed(databaseIn(state), { tenant: first.tenant, count: records, now: Date.now() });
  }
  const served = await serve(state);
  const figures: Figure[] = [];
  try {
    for (const { name, path, target } of questions(Date.now())) {
      figures.push({ name, ms: await timeApi(served, path), target });
    }
    figures.push(...(await timePages(served)));
  } finally {
    await served.stop();
  }
  const missed = figures.filter(({ ms, target }) => target !== null && ms > target);
  for (const { name, ms, target } of figures) {
    const mark = target !== null && ms > target ? "  missed" : "";
    process.stdout.write(`${name.padEnd(40)} ${ms.toFixed(0).padStart(6)} ms   (${target ?? "–"})${mark}\n`);
  }
  process.stdout.write(`${records.toLocaleString("en-US")} records; medians of ${ROUNDS}\n`);
  return missed.length === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: { records: { type: "string", default: "1000000" }, state: { type: "string" } },
});
process.exit(await bench(Number(values.records), values.state));
