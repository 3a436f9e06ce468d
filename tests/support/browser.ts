/** A real Chromium, pages that note what goes wrong in them, and an accessibility check. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/lib/chromium.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Parts of the browser that are off. The first two are pages of its own address bar, which each window would load: two thirds
 * of what a window costs. The others are Playwright's list, which a list of ours replaces.
 */
const OFF = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

/** Nothing but what the tests do: no update, no sync, no first run. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${OFF.join(",")}`,
];

/** Whether there is a browser; `npm test` says what to do where there is none. */
export const hasBrowser = findChromium() !== null;

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium() ?? undefined, args: QUIET });

export interface Watched {
  page: Page;
  /** Console errors, uncaught exceptions and CSP violations so far. */
  problems: string[];
}

/** A page in a context of its own: no cookie, no storage of another test. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  return { page, problems };
}

/**
 * Waits until what fades or slides in has arrived: a colour half way through a transition is not the page's.
 * Two frames, since a transition begins in the frame after the one that mounts its element.
 */
const SETTLE = `(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const finite = document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(finite.map((a) => a.finished));
})()`;

/** What axe finds wrong on the page once it stands still, a line each; empty is good. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(SETTLE);
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    // In words: all that axe tells beside them is a hundred times as much, and would cross two processes.
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}

/** Widths and colour schemes that a page is looked at in: what is there differs by the width, its colours by the scheme. */
export const LOOKS = [
  [375, "light"],
  [1_280, "dark"],
  [2_560, "light"],
] as const;

/** How many pixels the page is wider than its window. */
export const overflowPx = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
