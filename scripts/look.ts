/**
 * `node scripts/run.mjs scripts/look.ts FOLDER [--only TEXT] [--size PX]`: every page of the dashboard as a picture, filled
 * with made-up usage, on phones, laptops and wide screens, light and dark, for a look at all
 * of them after a change. The state stays in FOLDER, so that the next look takes less.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { seed } from "../bench/seed.ts";
import { databaseIn, serve } from "../bench/serve.ts";
import { findChromium } from "./lib/chromium.ts";
import { PAGES, type PageToLook } from "./lib/look-pages.ts";
import { type Stage, stage } from "./lib/look-stage.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, size: { type: "string" } },
});
const folder = positionals[0] ?? "looks";
const RECORDS = 20_000;
const VIEWS = [
  { width: 375, height: 812, colorScheme: "light" },
  { width: 375, height: 812, colorScheme: "dark" },
  { width: 1280, height: 860, colorScheme: "light" },
  { width: 1280, height: 860, colorScheme: "dark" },
  { width: 2560, height: 1300, colorScheme: "light" },
  { width: 2560, height: 1300, colorScheme: "dark" },
] as const;

/** Opens `page` once, and takes it at each size; what is wrong with it goes to the log. */
async function look(browser: Browser, { name, path, ready, visitor }: PageToLook, on: Stage): Promise<void> {
  const storageState = visitor === "stranger" ? undefined : on.owner;
  const context = await browser.newContext({ storageState, viewport: VIEWS[0], reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on("console", (message) => message.type() === "error" && console.log(`  ${name}: ${message.text()}`));
  for (const { colorScheme, ...size } of VIEWS) {
    if (values.size && String(size.width) !== values.size) continue;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (page.url() === "about:blank") await open(page, name, path(on), ready);
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(folder, `${name}-${size.width}-${colorScheme}.png`) });
    const wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    if (Number(wider) > 0) console.log(`  ${name}: ${wider} px too wide at ${size.width} px`);
  }
  await context.close();
}

async function open(page: Page, name: string, url: string, ready: PageToLook["ready"]): Promise<void> {
  await page.goto(url);
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await ready?.(page).catch((error: Error) => console.log(`  ${name}: ${error.message.split("\n")[0]}`));
}

const state = join(folder, "state");
const isNew = !existsSync(state);
mkdirSync(state, { recursive: true });
if (isNew) {
  const first = await serve(state);
  await first.stop();
  await seed(databaseIn(state), { tenant: first.tenant, count: RECORDS, now: Date.now() });
}
const served = await serve(state);
const browser = await chromium.launch({
  executablePath: findChromium() ?? undefined,
  args: ["--no-sandbox", "--disable-gpu"],
});
const on = await stage(served, browser, join(folder, "stage.json"));
for (const page of PAGES) {
  if (values.only && !values.only.split(",").some((part) => page.name.includes(part))) continue;
  const began = Date.now();
  await look(browser, page, on);
  console.log(`${page.name}: ${Date.now() - began} ms`);
}
await browser.close();
await served.stop();
process.exit(0);
