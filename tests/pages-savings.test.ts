/** The page of savings as a person uses it: empty, loading, in error, full, at every width and theme, and its switches. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, hasBrowser, launchBrowser, openPage, overflowPx, type Watched } from "./support/browser.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, type Tenant, tenantOf } from "./support/tenant.ts";

const DAY_MS = 86_400_000;
/** What the jobs that are brought could save. */
const JOBS = "Let jobs wait for the flex tier: openai/gpt-5-mini";
const WIDTHS = [375, 1_280, 2_560];

describe.skipIf(!hasBrowser)("savings", () => {
  let system: System;
  let browser: Browser;
  let signedIn: Watched;
  let page: Page;
  let tenant: Tenant;
  let bot: Key;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
    tenant = tenantOf(system, system.tenant);
    bot = await tenant.key({ name: "Support bot", mode: "test" });
    signedIn = await openPage(browser);
    page = signedIn.page;
    page.setDefaultTimeout(10_000);
    await page.goto(system.signInUrl);
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;
  const opportunity = (title: string) => page.getByRole("listitem", { name: title });

  /** Nothing is wider than its window, in any theme; axe is content in both. */
  async function looksRight(name: string): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflowPx(page), `${name} at ${width}`).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize({ width: 1_280, height: 860 });
      expect(await axeViolations(page), `${name} in ${colorScheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: "light" });
  }

  /** Usage as it comes from elsewhere: savings of every kind over two weeks, and traffic that could save. */
  async function bringUsage(): Promise<void> {
    const agents = await tenant.key({ name: "Agents" });
    const now = Date.now();
    const time = (days: number, minutes = 0) =>
      new Date(now - days * DAY_MS + minutes * 60_000 - 3_600_000).toISOString();
    const mini = { provider: "openai", model: "gpt-5-mini", key: agents.id };
    const saved = Array.from({ length: 14 }, (_, day) => ({
      ...{ id: `saved-${day}`, time: time(day), ...mini, stream: true, cost_usd: String(4 + (day % 5)) },
      savings: {
        cache: "0.8",
        coalesced: "0.1",
        prompt_cache: String(1 + (day % 3)),
        flex: "0.4",
        route: "0.2",
        auto: "1.1",
      },
    }));
    const jobs = Array.from({ length: 20 }, (_, n) => ({
      ...{ id: `job-${n}`, time: time(1, n), ...mini, tokens: { input: 40_000, output: 2_000 }, cost_usd: "0.4" },
    }));
    const turns = Array.from({ length: 20 }, (_, n) => ({
      ...{ id: `turn-${n}`, time: time(2, n), key: agents.id, session: "fix-login", stream: true },
      ...{ provider: "anthropic", model: "claude-sonnet-4-5", tokens: { input: 20_000 + n * 1_500, output: 400 } },
    }));
    await tenant.api("POST", "/usage", { events: [...saved, ...jobs, ...turns] });
    for (let n = 0; n < 4; n++) {
      const response = await fetch(`${system.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${bot.key}`, "content-type": "application/json" },
        body: JSON.stringify({
          model: "openai/gpt-5",
          messages: [{ role: "user", content: "[[sandbox: input=150000]] Where is my order?" }],
        }),
      });
      await response.text();
      await tenant.record(response.headers.get("x-meterr-request-id"));
    }
  }

  it("says what it will show while there is nothing", async () => {
    await page.goto(at("/savings"));
    await page.getByText("Nothing saved in this period").waitFor();
    await page.getByText("Nothing to judge yet").waitFor();
    await looksRight("empty");
  });

  it("keeps its shape while it loads, and says what went wrong", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/cost-report*", async (route) => {
      await held;
      await route.fulfill({ status: 500, json: { error: { code: "internal", message: "It broke.", details: {} } } });
    });
    await page.goto(at("/savings"));
    await page.getByRole("status", { name: "Loading the chart" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    release();
    await page.getByText("The report could not be loaded").waitFor({ timeout: 20_000 });
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute("**/cost-report*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nothing saved in this period").waitFor();
    signedIn.problems.length = 0;
  });

  it("shows what was spent and saved, by what, and what could be saved", async () => {
    await bringUsage();
    await page.goto(at("/savings"));
    await page.getByRole("img", { name: /Saved by reason/ }).waitFor();
    for (const reason of ["Cache", "Coalescing", "Prompt cache", "Flex tier", "Cheapest", "Auto"]) {
      await page
        .getByRole("rowheader", { name: new RegExp(`^${reason}`) })
        .first()
        .waitFor();
    }
    await opportunity("Keep prompts of sessions: Key Agents, at anthropic").waitFor();
    await opportunity(JOBS).waitFor();
    await opportunity("Cache repeated requests: Key Support bot").waitFor();
    await looksRight("full");
    await page.getByRole("button", { name: "Key", exact: true }).click();
    await page.waitForURL(/by=key/);
    await page.getByRole("link", { name: "Agents" }).waitFor();
    await page.getByRole("button", { name: "24h" }).click();
    await page.waitForURL(/period=24h/);
    await page.goBack();
  });

  it("switches on what it recommends, once it has shown the call", async () => {
    await page.goto(at("/savings"));
    await opportunity("Cache repeated requests").getByRole("button", { name: "Turn the cache on" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`PATCH /api/v1/tenants/${system.tenant}/keys/${bot.id}`).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Turn the cache on" }).click();
    await dialog.waitFor({ state: "detached" });
    await opportunity("Cache repeated requests").waitFor({ state: "detached" });
    expect(await tenant.api("GET", `/keys/${bot.id}`)).toMatchObject({ cache: { ttl_seconds: 3_600 } });

    await opportunity(JOBS).getByRole("button", { name: "Create the route" }).click();
    await dialog.getByRole("button", { name: "Create the route" }).click();
    await opportunity(JOBS).waitFor({ state: "detached" });
    expect(await tenant.api("GET", "/routes/gpt-5-mini-flex")).toMatchObject({
      targets: [{ model: "openai/gpt-5-mini", service_tier: "flex" }],
    });
  });

  it("is reached by its keys, and causes no error in the console", async () => {
    await page.goto(at("/keys"));
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("v");
    await page.waitForURL(/\/savings$/);
    expect(signedIn.problems).toEqual([]);
  });
});
