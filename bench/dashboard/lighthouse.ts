/**
 * Lighthouse's scores of the landing page and of the overview, in a browser that is signed in. It is no dependency of ours:
 * a registry has it, and it is installed beside the gateways that meterr is compared with.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { installed, quietly } from "../peers/install.ts";
import type { Served } from "../serve.ts";

const VERSION = "13.5.0";
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
const AUDITS = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
] as const;
const SCORE = 95;
/** The best counts, as of all figures here. */
const RUNS = 3;

interface Report {
  lhr: {
    categories: Record<(typeof CATEGORIES)[number], { score: number | null }>;
    audits: Record<(typeof AUDITS)[number], { displayValue?: string }>;
  };
}
type Run = (url: string, flags: object, config?: object) => Promise<Report | undefined>;

export interface Scored {
  name: string;
  /** In the order of `CATEGORIES`, from 0 to 100. */
  scores: number[];
  /** What the first of them is made of, as Lighthouse says it. */
  audits: string[];
  /** Null where nothing is promised. */
  target: number | null;
}

/**
 * Scores the pages in the browser of `context`, whose debugging port is `port`. The overview on Lighthouse's phone, a
 * quarter of this machine on slow 4G, is told and not promised: React alone takes its time there.
 */
export async function scorePages(context: BrowserContext, port: number, served: Served): Promise<Scored[]> {
  const folder = installed("lighthouse", VERSION, (into) => {
    writeFileSync(join(into, "package.json"), JSON.stringify({ dependencies: { lighthouse: VERSION } }));
    quietly("npm", ["install", "--no-audit", "--no-fund"], into);
  });
  const core = join(folder, "node_modules/lighthouse/core");
  const { default: run } = (await import(join(core, "index.js"))) as { default: Run };
  const { default: desktop } = (await import(join(core, "config/desktop-config.js"))) as { default: object };
  const cookies = await context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const flags = { port, logLevel: "error", onlyCategories: CATEGORIES, extraHeaders: { cookie } };
  const overview = `${served.url}/app/${served.tenant}`;
  const pages = [
    { name: "landing page, desktop", url: served.url, config: desktop, target: SCORE },
    { name: "landing page, phone", url: served.url, config: undefined, target: SCORE },
    { name: "overview, desktop", url: overview, config: desktop, target: SCORE },
    { name: "overview, phone", url: overview, config: undefined, target: null },
  ];
  const all: Scored[] = [];
  for (const { name, url, config, target } of pages) {
    let best: Scored | null = null;
    for (let round = 0; round < RUNS; round++) {
      const report = await run(url, flags, config);
      if (!report) throw new Error(`Lighthouse has no report of ${url}`);
      const { categories, audits } = report.lhr;
      const scores = CATEGORIES.map((category) => Math.round((categories[category].score ?? 0) * 100));
      const shown = AUDITS.map((audit) => audits[audit].displayValue ?? "");
      if (!best || (scores[0] ?? 0) > (best.scores[0] ?? 0)) best = { name, scores, audits: shown, target };
    }
    if (best) all.push(best);
  }
  return all;
}

export const isBelow = ({ scores, target }: Scored): boolean =>
  target !== null && scores.some((score) => score < target);

export const scoreRow = (scored: Scored): string[] => [
  scored.name,
  ...scored.scores.map(String),
  ...scored.audits,
  isBelow(scored) ? "missed" : "",
];
export const SCORE_HEAD = ["Lighthouse", "performance", "accessibility", "best practices", "FCP", "LCP", "TBT", "CLS"];
