/**
 * `node scripts/run.mjs scripts/screenshots.ts`: takes the landing page's pictures of the dashboard anew, from a real
 * system with two months of made-up usage, and writes them to `web/src/images/`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { SEEDED_DAYS, seed } from "../bench/seed.ts";
import { databaseIn, type Served, serve } from "../bench/serve.ts";
import { findChromium } from "./lib/chromium.ts";

const IMAGES = join(import.meta.dirname, "../web/src/images");
const DAY_MS = 86_400_000;
const SIZE = { width: 1280, height: 800 };
/** Of WebP, out of a hundred: text stays sharp. */
const QUALITY = 82;
/** The month before had a little less. */
const RECORDS = { before: 52_000, now: 60_000 };

/** The page as it stands, as WebP, for both colour schemes. */
async function shoot(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(400);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
    writeFileSync(join(IMAGES, `${name}-${colorScheme}.webp`), Buffer.from(data, "base64"));
  }
}

/** Budgets, and what they have counted today: what is written past a ledger, no budget hears of. */
async function setBudgets({ url, tenant, adminToken }: Served): Promise<void> {
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}/api/v1/tenants/${tenant}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const aDay = { period: "day", enforcement: "hard" };
  await post("/budgets", { ...aDay, name: "Everything", scope: { type: "tenant" }, limit_usd: "55" });
  await post("/budgets", { ...aDay, name: "Search", scope: { type: "team", id: "search" }, limit_usd: "20" });
  await post("/budgets", { ...aDay, name: "Support's drafts", scope: { type: "team", id: "support" }, limit_usd: "5" });
  const events = Array.from({ length: 240 }, (_, n) => ({
    id: `today:${n}`,
    time: new Date(Date.now() - n * 30_000).toISOString(),
    ...(n % 3 === 0
      ? { provider: "anthropic", model: "claude-haiku-4-5" }
      : { provider: "openai", model: "gpt-5-mini" }),
    team: n % 2 === 0 ? "search" : "support",
    tokens: { input: 4_000 + n * 11, output: 300 + n },
    cost_usd: n % 2 === 0 ? "0.119" : "0.0383",
    latency_ms: 900 + n * 7,
  }));
  await post("/usage", { events });
}

async function takeAll(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "meterr-screenshots-"));
  process.once("exit", () => rmSync(state, { recursive: true, force: true }));
  mkdirSync(IMAGES, { recursive: true });
  const first = await serve(state);
  await first.stop();
  const { tenant } = first;
  const now = Date.now();
  const before = { tenant, count: RECORDS.before, now: now - SEEDED_DAYS * DAY_MS, prefix: "req_b" };
  await seed(databaseIn(state), before);
  await seed(databaseIn(state), { tenant, count: RECORDS.now, now });
  const served = await serve(state);
  await setBudgets(served);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await (await browser.newContext({ viewport: SIZE })).newPage();
  await page.goto(served.signInUrl);
  await page.getByRole("img", { name: "Spend by model" }).waitFor();
  await page.getByText("Support's drafts").waitFor();
  const home = page.url();
  await shoot(page, "overview");
  await page.goto(`${home}/requests?status=error`);
  await page.locator("[data-id]").nth(2).click();
  await page.getByText("Decisions").waitFor();
  await shoot(page, "request");
  await page.goto(`${home}/sessions`);
  await page.locator("[data-id]").nth(12).click();
  await page.getByRole("table", { name: "Requests of the session" }).waitFor();
  await shoot(page, "session");
  await browser.close();
  await served.stop();
}

await takeAll();
process.exit(0);
