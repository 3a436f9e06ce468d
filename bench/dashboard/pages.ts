/** From asking for a page to its figures standing there, by somebody who is signed in and has nothing of it yet. */
import type { BrowserContext } from "playwright-core";
import type { Served } from "../serve.ts";
import type { Figure } from "./figure.ts";

const USABLE_MS = 1_500;

/** What the page is for can be seen there. */
const CHART = "svg[role=img] rect";
const RECORD = "[data-id]";

export async function timePages(context: BrowserContext, served: Served, rounds: number): Promise<Figure[]> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const at = `${served.url}/app/${served.tenant}`;
  const pages = [
    { name: "page: overview", url: at, ready: CHART },
    { name: "page: overview, 24h by tag", url: `${at}?period=24h&by=tag`, ready: CHART },
    { name: "page: requests", url: `${at}/requests`, ready: RECORD },
    { name: "page: requests by text", url: `${at}/requests?q=timeout`, ready: RECORD },
    { name: "page: sessions", url: `${at}/sessions`, ready: RECORD },
  ];
  const figures: Figure[] = [];
  for (const { name, url, ready } of pages) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await page.goto("about:blank");
      await network.send("Network.clearBrowserCache");
      const from = performance.now();
      await page.goto(url, { waitUntil: "commit" });
      await page.locator(ready).first().waitFor();
      times.push(performance.now() - from);
    }
    figures.push({ name, times, targetMs: USABLE_MS });
  }
  await page.close();
  return figures;
}
