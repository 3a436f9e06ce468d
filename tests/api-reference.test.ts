/** The reference of the API as a person opens it: real Chromium, the real system. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, hasBrowser, launchBrowser, openPage, overflowPx, type Watched } from "./support/browser.ts";
import { type System, startSystem } from "./support/system.ts";

describe.skipIf(!hasBrowser)("the API's reference", () => {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const open = async (options: Parameters<typeof openPage>[1]): Promise<Watched> => {
    const opened = await openPage(browser, options);
    await opened.page.goto(`${system.url}/api/docs`);
    return opened;
  };

  it.each([
    ["light", 1_280],
    ["dark", 375],
  ] as const)("is readable in %s at %i px, for everybody, and asks for nothing else", async (colorScheme, width) => {
    const { page, problems } = await open({ colorScheme, viewport: { width, height: 800 } });
    const head = page.locator("summary").filter({ hasText: "Makes a budget." });
    await head.click();
    const entry = page.locator("article").filter({ has: head });
    expect(await entry.getByText('"limit_usd": "500"').isVisible()).toBe(true);
    expect(await entry.getByRole("link", { name: "Budget", exact: true }).first().isVisible()).toBe(true);
    expect(await overflowPx(page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("leads to the document, which a program can read", async () => {
    const { page } = await open({});
    await page.getByRole("link", { name: "openapi.json" }).click();
    const document = JSON.parse((await page.locator("pre").textContent()) ?? "");
    expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: system.url }] });
    await page.context().close();
  });
});
