/** The dashboard as a person uses it: real Chromium, the real system, the sandbox behind it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  axeViolations,
  hasBrowser,
  LOOKS,
  launchBrowser,
  openPage,
  overflowPx,
  type Watched,
} from "./support/browser.ts";
import { type System, startSystem } from "./support/system.ts";

const run = promisify(execFile);
/** A record is on the page within this, without a reload: the contract's two seconds, and some for the browser. */
const LIVE_MS = 4_000;

describe.skipIf(!hasBrowser)("the dashboard", () => {
  let system: System;
  let browser: Browser;
  let signedIn: Watched;
  let page: Page;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
    signedIn = await openPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
    page = signedIn.page;
    page.setDefaultTimeout(10_000);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;
  const chat = (key: string, model = "gpt-5-mini") =>
    fetch(`${system.url}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, max_completion_tokens: 50, messages: [{ role: "user", content: "Hello" }] }),
    });

  /** Creates a key by the dialog and answers the key itself. */
  async function createKey(name: string): Promise<string> {
    await page.goto(at("/keys?new=1"));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Test").check();
    await dialog.getByRole("button", { name: "Create key" }).click();
    return (await page.getByTestId("new-key").textContent()) ?? "";
  }

  /** Whether the page holds `text` anywhere, once no dialog is left. */
  async function holds(text: string): Promise<boolean> {
    await page.getByRole("dialog").waitFor({ state: "detached" });
    return (await page.content()).includes(text);
  }

  it("has a landing page that needs no script and leads to the dashboard", async () => {
    const landing = await openPage(browser, { javaScriptEnabled: false });
    await landing.page.goto(system.url);
    expect(await landing.page.locator("script").count()).toBe(0);
    await landing.page.getByRole("link", { name: "Open the dashboard" }).first().click();
    expect(landing.page.url()).toBe(`${system.url}/app`);
    await landing.page.context().close();
  });

  it("asks a stranger to sign in, and says when email and password do not match", async () => {
    const stranger = await openPage(browser);
    await stranger.page.goto(at("/budgets"));
    await stranger.page.waitForURL(/\/app\/sign-in/);
    await stranger.page.getByLabel("Email").fill("nobody@example.com");
    await stranger.page.getByLabel("Password").fill("not the password");
    await stranger.page.getByRole("button", { name: "Sign in" }).click();
    await stranger.page.getByText("Email and password do not match.").waitFor();
    expect(await axeViolations(stranger.page)).toEqual([]);
    await stranger.page.context().close();
  });

  it("lets the one-time link in, and shows the first steps", async () => {
    await page.goto(system.signInUrl);
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
    expect(page.url()).toBe(at(""));
    expect(await page.locator("[data-done=true]").count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("explains that a link which was used does not work any more", async () => {
    const late = await openPage(browser);
    await late.page.goto(system.signInUrl);
    await late.page.getByText("This sign-in link does not work any more").waitFor();
    expect(await axeViolations(late.page)).toEqual([]);
    await late.page.context().close();
  });

  it("ticks the first steps off as they happen, without a reload", async () => {
    await page.evaluate("window.notReloaded = true");
    const step = (number: number) => page.locator("ol > li").nth(number - 1);
    await page.getByRole("button", { name: "Create a test key" }).click();
    await page.getByRole("button", { name: "Copy curl command" }).click();
    await step(1).and(page.locator("[data-done=true]")).waitFor();
    expect(await step(2).getAttribute("data-done")).toBe("false");

    const curl = await page.evaluate<string>("navigator.clipboard.readText()");
    const { stdout } = await run("sh", ["-c", `${curl} --silent`]);
    expect(JSON.parse(stdout).choices[0].message.role).toBe("assistant");
    await step(2).and(page.locator("[data-done=true]")).waitFor({ timeout: LIVE_MS });
    expect(await step(2).textContent()).toMatch(/gpt-5-mini.*\$0\.0/s);
    expect(await page.evaluate("window.notReloaded")).toBe(true);
    expect(await step(3).getAttribute("data-done")).toBe("false");
  });

  it("stores a provider's credential and shows only its end", async () => {
    await page.getByRole("link", { name: "Add a credential" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Provider").selectOption("anthropic");
    await dialog.getByLabel("API key").fill("sk-ant-test-0000-wxyz");
    await dialog.getByRole("button", { name: "Add credential" }).click();
    await page.getByText("••••wxyz").waitFor();
    expect(await holds("sk-ant-test-0000")).toBe(false);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("counts requests on the overview as they end", async () => {
    await page.goto(at(""));
    const requests = page.getByRole("button", { name: /^Requests/ });
    await requests.getByText("1", { exact: true }).waitFor();
    expect((await chat(system.testKey)).status).toBe(200);
    expect((await chat(system.testKey, "gpt-5")).status).toBe(200);
    await requests.getByText("3", { exact: true }).waitFor({ timeout: LIVE_MS });
    expect(await page.getByTestId("latest").getByRole("listitem").count()).toBe(3);
    // Fetched anew, the API's own sums are the same.
    await page.reload();
    await requests.getByText("3", { exact: true }).waitFor();
    await page.getByRole("img", { name: /Spend by model/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it("narrows the whole overview to the model that is clicked, in the URL", async () => {
    await page.getByTitle("Show gpt-5 alone").click();
    await page.waitForURL(/model=gpt-5$/);
    await page
      .getByRole("button", { name: /^Requests/ })
      .getByText("1", { exact: true })
      .waitFor();
  });

  it("shows a new key once, with snippets that have it filled in", async () => {
    const key = await createKey("snippets");
    expect(key).toMatch(/^mtr_test_/);
    const tabs = page.getByRole("tab");
    expect(await tabs.allInnerTexts()).toHaveLength(9);
    for (const tab of await tabs.all()) {
      await tab.click();
      // The panel before it may still be on its way out.
      const panel = page.getByRole("tabpanel", { name: await tab.innerText(), exact: true });
      const code = await panel.getByRole("region").textContent();
      expect(code).toContain(key);
      expect(code).toContain(system.url);
    }
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Done" }).click();
    expect(await holds(key)).toBe(false);
  });

  it("revokes a key after asking", async () => {
    const key = await createKey("short-lived");
    await page.getByRole("button", { name: "Done" }).click();
    expect((await chat(key)).status).toBe(200);
    await page.getByRole("button", { name: "Revoke short-lived" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await page.getByText("short-lived is revoked").waitFor();
    await expect.poll(async () => (await chat(key)).status, { timeout: 10_000, interval: 500 }).toBe(401);
  });

  it("lists requests live, filters them by the URL, and opens one beside the list and on its own page", async () => {
    await page.goto(at("/requests"));
    const rows = page.locator("[data-id]");
    await rows.first().waitFor();
    const before = await rows.count();
    await chat(system.testKey, "gpt-4o-mini");
    await expect.poll(() => rows.count(), { timeout: LIVE_MS }).toBe(before + 1);
    expect(await rows.first().textContent()).toContain("gpt-4o-mini");

    await page.keyboard.press("/");
    await page.keyboard.type("model:gpt-5");
    await page.keyboard.press("Enter");
    await page.waitForURL(/model=gpt-5$/);
    await expect.poll(() => rows.count()).toBe(1);

    await page.locator("main").focus();
    await page.keyboard.press("j");
    const panel = page.getByRole("complementary", { name: "Request" });
    await panel.getByText("openai/gpt-5", { exact: true }).waitFor();
    const parts = panel.getByRole("row").filter({ hasText: "per 1M" });
    await parts.first().waitFor();
    expect(await parts.allTextContents()).toEqual([
      expect.stringMatching(/^Input\d+\$1\.25per 1M\$0\.0\d+$/),
      expect.stringMatching(/^Output\d+\$10\.00per 1M\$0\.0\d+$/),
    ]);
    const cost = await rows.first().getByText("$").textContent();
    expect(await panel.getByRole("row").filter({ hasText: "Total" }).textContent()).toBe(`Total${cost}`);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/requests\/req_\w+$/);
    await page.getByText("as the provider reported").waitFor();
    await page.reload();
    await page.getByText("as the provider reported").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it("holds back what arrives while the list is paused", async () => {
    await page.goto(at("/requests"));
    const rows = page.locator("[data-id]");
    await rows.first().waitFor();
    const before = await rows.count();
    await page.getByRole("button", { name: "Pause" }).click();
    const id = (await chat(system.testKey)).headers.get("x-meterr-request-id");
    await page.getByRole("button", { name: "Show 1 new" }).waitFor({ timeout: LIVE_MS });
    expect(await rows.count()).toBe(before);
    // Back in its window once the API has it and the list is old, it is still as it was.
    const newest = `fetch("/api/v1/tenants/${system.tenant}/usage?limit=1").then((r) => r.json()).then((r) => r.data[0].id)`;
    await expect.poll(() => page.evaluate<string>(newest), { timeout: 5_000 }).toBe(id);
    let asked = 0;
    page.on("request", (request) => request.url().includes("/usage?limit=100") && asked++);
    await page.evaluate("Date.now = ((now) => () => now() + 30_000)(Date.now)");
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    await page.evaluate(newest);
    expect(asked).toBe(0);
    expect(await rows.count()).toBe(before);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => rows.count()).toBe(before + 1);
  });

  it("creates a hard budget, shows what it spends live, and stops at its end", async () => {
    const key = await createKey("limited");
    await page.getByRole("button", { name: "Done" }).click();
    await page.goto(at("/budgets?new=1"));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("limited a day");
    await dialog.getByLabel("Counts the spend of").selectOption("key");
    await dialog.getByLabel("Key").selectOption({ label: "limited" });
    await dialog.getByLabel("Limit in USD").fill("0.01");
    await dialog.getByLabel("Every").selectOption("day");
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Create budget" }).click();
    const bar = page.getByRole("meter", { name: /^limited a day/ });
    await bar.waitFor();
    expect(await bar.getAttribute("aria-valuetext")).toMatch(/^\$0\.00 spent/);

    expect((await chat(key)).status).toBe(200);
    await expect.poll(() => bar.getAttribute("aria-valuetext"), { timeout: LIVE_MS }).toMatch(/^\$0\.0000\d+ spent/);

    await page.getByRole("button", { name: "Edit limited a day" }).click();
    await page.getByRole("dialog").getByLabel("Limit in USD").fill("0.000001");
    await page.getByRole("dialog").getByRole("button", { name: "Save changes" }).click();
    await page.getByText("limited a day is changed").waitFor();
    // A limit that was lowered is in force everywhere within ten seconds.
    await expect.poll(async () => (await chat(key)).status, { timeout: 12_000, interval: 500 }).toBe(402);
    await page.reload();
    await bar.waitFor();
    expect(await bar.getAttribute("aria-valuenow")).toBe("100");
    expect(await axeViolations(page)).toEqual([]);
  });

  it("creates a budget of requests in the last hour for each session, and shows the fullest of them live", async () => {
    await page.goto(at("/budgets?new=1"));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("agents");
    await dialog.getByLabel("Counts the spend of").selectOption({ label: "Each session apart" });
    await dialog.getByLabel("Counted in").selectOption({ label: "Requests" });
    await dialog.getByLabel("Limit in requests").fill("4");
    await dialog.getByLabel("Every").selectOption("hour");
    await dialog.getByLabel("Begins anew").selectOption("rolling");
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Create budget" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "agents" });
    await row.getByText("Each session · 4 requests in the last hour").waitFor();
    await row.getByText("Nothing counts yet").waitFor();

    const used = { provider: "openai", model: "gpt-5-mini", cost_usd: "0.01" };
    const sessions = ["run-1", "run-2", "run-2", "run-2"];
    const events = sessions.map((session, i) => ({ ...used, session, id: `evt-agents-${i}` }));
    await fetch(`${system.url}/api/v1/tenants/${system.tenant}/usage`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify({ events }),
    });
    await row.getByText("session run-2").waitFor({ timeout: LIVE_MS });
    expect(await row.getByRole("meter").getAttribute("aria-valuetext")).toBe(
      "3 requests spent, 0 requests held, of 4 requests",
    );
    await row.getByText("Frees up").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it("is driven by the keyboard alone", async () => {
    await page.goto(at("/budgets"));
    await page.getByRole("heading", { name: "Budgets" }).waitFor();
    for (const [keys, title] of [
      ["k", "Keys"],
      ["r", "Requests"],
      ["o", "Overview"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(keys);
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    }
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search pages and actions" }).fill("create budget");
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Create a budget" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it.each([
    ["overview", ""],
    ["requests", "/requests"],
    ["keys", "/keys"],
    ["budgets", "/budgets"],
    ["providers", "/providers"],
  ])("is accessible and fits in light and dark, from a phone to a wall: %s", async (_name, path) => {
    const found: string[] = [];
    await page.goto(at(path));
    await page.getByRole("heading", { level: 1 }).waitFor();
    for (const [width, colorScheme] of LOOKS) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      const tooWide = await overflowPx(page);
      if (tooWide > 0) found.push(`${width}: ${tooWide} px too wide`);
      found.push(...(await axeViolations(page)).map((line) => `${width} ${colorScheme}: ${line}`));
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    await page.setViewportSize({ width: 1280, height: 860 });
    expect(found).toEqual([]);
  });

  it("keeps the chosen theme", async () => {
    await page.goto(at(""));
    await page.getByRole("button", { name: /^Theme: system/ }).click();
    await page.getByRole("button", { name: /^Theme: light/ }).click();
    await page.reload();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  });

  it("has written nothing to the console by now", () => {
    expect(signedIn.problems).toEqual([]);
  });

  it("signs out, and the password that was set signs in again", async () => {
    await page.getByRole("link", { name: /^Your account/ }).click();
    const email = await page.getByLabel("Your email").inputValue();
    await page.getByLabel("New password").fill("correct horse battery");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByText("Your password is set").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to meterr" }).waitFor();
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  it("asks to sign in again where the session ended elsewhere, and goes back to what was open", async () => {
    await page.goto(at("/budgets"));
    await page.locator("[data-budget]").first().waitFor();
    await page.context().clearCookies();
    await page.getByRole("link", { name: "Sessions" }).click();
    await page.getByRole("heading", { name: "Sign in to meterr" }).waitFor();
    await page.getByLabel("Email").fill("owner@meterr.localhost");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Sessions" }).waitFor();
  });

  it("says within the shell that there is no such page", async () => {
    await page.goto(at("/nowhere"));
    await page.getByText("There is no such page").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "Keys" }).first().click();
    await page.getByRole("heading", { name: "Keys" }).waitFor();
  });
});
