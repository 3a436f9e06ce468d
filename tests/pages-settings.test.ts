/** The pages of alerts, limits, sinks, audit, models and settings in real Chromium: full, empty, slow and failing. */
import { readFileSync } from "node:fs";
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
import { newMember, openBrowser } from "./support/people.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Tenant, tenantOf } from "./support/tenant.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

/** What has been settled is with its sink, and in a limit's figures, within this. */
const ARRIVES_MS = 10_000;

describe.skipIf(!hasBrowser)("the pages of settings", () => {
  let system: System;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let tenant: Tenant;
  let receiver: Upstream;

  beforeAll(async () => {
    [system, browser, receiver] = await Promise.all([
      startSystem(),
      launchBrowser(),
      startUpstream((response) => void response.end("{}")),
    ]);
    tenant = tenantOf(system, system.tenant);
    watched = await openPage(browser, { acceptDownloads: true });
    page = watched.page;
    page.setDefaultTimeout(10_000);
    await page.goto(system.signInUrl);
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await receiver?.close();
    await system?.stop();
  });

  const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;
  const dialog = () => page.getByRole("dialog");
  const row = (text: string) => page.getByRole("listitem").filter({ hasText: text });
  const chat = (key: string): Promise<Response> =>
    fetch(`${system.url}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "gpt-5-mini",
        max_completion_tokens: 20,
        messages: [{ role: "user", content: "Hi" }],
      }),
    });

  /** Presses `button`, and answers the text of the file that comes. */
  async function download(button: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button, exact: true }).first().click(),
    ]);
    return readFileSync(await file.path(), "utf8");
  }

  /** Whether the page holds `text` anywhere, once no dialog is left. */
  async function holds(text: string): Promise<boolean> {
    await dialog().waitFor({ state: "detached" });
    return (await page.content()).includes(text);
  }

  describe("with nothing to show, while it loads, and where the API fails", () => {
    it.each([
      ["Alerts", "/alerts", "alerts", "Nobody is told yet"],
      ["Limits", "/limits", "rate-limits", "No rate limit yet"],
      ["Sinks", "/sinks", "sinks", "Usage goes nowhere else yet"],
      ["Audit", "/audit?kind=route", "audit", "No change passes these filters"],
      ["Models", "/models?source=tenant", "models", "No price of yours yet"],
      ["Settings", "/settings", "tokens", "A token lets a program use the"],
    ])("%s", async (title, path, api, empty) => {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const url = new RegExp(`/api/v1/tenants/\\w+/${api}(\\?|$)`);
      await page.route(url, async (route) => {
        await held;
        await route.fulfill({ status: 500, json: { error: { code: "internal", message: "It broke.", details: {} } } });
      });
      await page.goto(at(path));
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
      await page.getByRole("main").getByRole("status", { name: "Loading" }).first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      release();
      await page.getByText("could not be loaded").waitFor({ timeout: 20_000 });
      await page.getByText("It broke.").first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.unroute(url);
      watched.problems.length = 0;
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText(empty).waitFor();
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  it("adds a channel, shows its secret once, delivers a test and tells what came of it", async () => {
    await page.goto(at("/alerts?new=1"));
    await dialog().getByLabel("Name").fill("Pager");
    await dialog().getByLabel("URL").fill(`${receiver.origin}/hook`);
    await dialog().getByLabel("Budget used up").check();
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Add channel" }).click();
    const secret = (await page.getByTestId("secret").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Done" }).click();
    expect(await holds(secret)).toBe(false);
    await row("Pager").getByText("Budget used up").waitFor();

    await row("Pager").getByRole("button", { name: "Send test" }).click();
    await row("Pager")
      .getByText(/^Delivered with status 200 in/)
      .waitFor();
    expect(receiver.received.at(-1)?.path).toBe("/hook");
    receiver.reply = (response) => void response.writeHead(503).end();
    await row("Pager").getByRole("button", { name: "Send test" }).click();
    await row("Pager")
      .getByText(/^Not delivered with status 503/)
      .waitFor();
    receiver.reply = (response) => void response.end("{}");

    await page.getByRole("button", { name: "Deliveries to Pager" }).click();
    const attempts = dialog().getByRole("listitem");
    await attempts.nth(1).waitFor();
    expect(await attempts.count()).toBe(2);
    expect(await attempts.first().textContent()).toContain("status 503");
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  it("changes, pauses and deletes a channel, and keeps what it is not told", async () => {
    await page.getByRole("button", { name: "Edit Pager" }).click();
    await dialog().getByLabel("Name").fill("On call");
    await dialog().getByLabel("Budget near its limit").check();
    await dialog().getByRole("button", { name: "Save changes" }).click();
    await row("On call").getByText("Budget used up, Budget near its limit").waitFor();
    await page.getByRole("button", { name: "Pause On call" }).click();
    await row("On call").getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Resume On call" }).click();
    await row("On call").getByText("Paused", { exact: true }).waitFor({ state: "detached" });
    await tenant.api("POST", "/alerts", {
      type: "slack",
      name: "Gone soon",
      url: "https://hooks.slack.com/services/a",
    });
    await page.reload();
    await page.getByRole("button", { name: "Delete Gone soon" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete channel" }).click();
    await row("Gone soon").waitFor({ state: "detached" });
    expect(await page.getByRole("listitem").filter({ hasText: "On call" }).count()).toBe(1);
  });

  it("shows what fired as it fires, and who was told", async () => {
    const key = await tenant.key({ name: "spender", mode: "test" });
    await tenant.budget({
      name: "Pocket money",
      period: "day",
      scope: { type: "key", id: key.id },
      limit_usd: "0.000001",
      enforcement: "soft",
      alert_at: [100],
    });
    await page.goto(at("/alerts"));
    await page.getByText("Nothing fired yet").waitFor();
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    expect((await chat(key.key)).status).toBe(200);
    await row("Pocket money")
      .getByText(/reached 100 %: \$0\.\d+ of \$0\.000001/)
      .waitFor({ timeout: ARRIVES_MS });
    expect(await download("Export CSV")).toMatch(/^time,id,type,about,says\r\n.*budget\.threshold,Pocket money,/);
    expect(receiver.received.some(({ body }) => body.includes("budget.threshold"))).toBe(true);
    // Who has not looked at it, in this browser, is told on every page.
    await page.evaluate("localStorage.clear()");
    await page.goto(at("/limits"));
    await page.getByRole("link", { name: "Alerts 1 new" }).click();
    await row("Pocket money").waitFor();
    await page.getByRole("link", { name: "Alerts", exact: true }).waitFor();
  });

  it("makes, shows in use, changes and removes rate limits, of scopes and of a key itself", async () => {
    await page.goto(at("/limits?new=1"));
    await dialog().getByLabel("Name").fill("Whole house");
    await dialog().getByLabel("Requests a minute").fill("20");
    await dialog().getByLabel("Requests at once").fill("5");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Create limit" }).click();
    await page.getByText("Whole house is in force").waitFor();
    const key = await tenant.key({ name: "bound", mode: "test", rate_limits: { requests_per_day: 100 } });
    for (let n = 0; n < 3; n++) expect((await chat(key.key)).status).toBe(200);

    const meter = (name: string) => page.getByRole("meter", { name: `${name}: spent and held` });
    const used = async (name: string): Promise<number> =>
      Number(/^(\d+) spent/.exec((await meter(name).getAttribute("aria-valuetext")) ?? "")?.[1]);
    await expect.poll(() => used("Whole house, Requests / min"), { timeout: ARRIVES_MS }).toBe(3);
    await expect.poll(() => used("bound, Requests / day"), { timeout: ARRIVES_MS }).toBe(3);
    expect(await page.getByRole("row").filter({ hasText: "bound" }).textContent()).toContain("The key itself");
    expect(await download("Export CSV")).toContain("Whole house,Whole organization,20,3");

    await page.getByRole("button", { name: "Edit bound" }).click();
    await dialog().getByLabel("Requests a day").fill("4");
    await dialog().getByRole("button", { name: "Save changes" }).click();
    await expect
      .poll(() => meter("bound, Requests / day").getAttribute("aria-valuetext"), { timeout: ARRIVES_MS })
      .toContain("of 4");
    await expect.poll(async () => (await chat(key.key)).status, { timeout: ARRIVES_MS, interval: 300 }).toBe(429);
    for (const name of ["bound", "Whole house"]) {
      await page.getByRole("button", { name: `Remove ${name}` }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Remove limits" }).click();
      await page.getByText(`The limits of ${name} are gone`).waitFor();
    }
    await page.getByText("No rate limit yet").waitFor();
    expect((await tenant.api<{ name: string }>("GET", `/keys/${key.id}`)).name).toBe("bound");
  });

  it("adds a sink, shows how far it is and what went wrong, and pauses it", async () => {
    receiver.reply = (response) => void response.writeHead(500).end("no room");
    await page.goto(at("/sinks?new=1"));
    await dialog().getByLabel("Webhook").check();
    await dialog().getByLabel("Name").fill("Ledger");
    await dialog().getByLabel("URL").fill(`${receiver.origin}/usage`);
    await dialog().getByLabel("Headers").fill("no header");
    await dialog().getByText("Not a header: no header").waitFor();
    await dialog().getByLabel("Headers").fill("x-from: meterr");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Add sink" }).click();
    expect(await page.getByTestId("secret").textContent()).toMatch(/^whsec_/);
    await dialog().getByRole("button", { name: "Done" }).click();
    await row("Ledger").getByText("with x-from").waitFor();
    expect((await chat(system.testKey)).status).toBe(200);
    await row("Ledger").getByText("Failing").waitFor({ timeout: ARRIVES_MS });
    await row("Ledger").getByText("Tries again").waitFor();
    receiver.reply = (response) => void response.end("{}");
    await row("Ledger").getByText("Up to date").waitFor({ timeout: ARRIVES_MS });
    await row("Ledger").getByText("Last success").waitFor();
    expect(receiver.received.at(-1)?.headers["x-from"]).toBe("meterr");

    await page.getByRole("button", { name: "Edit Ledger" }).click();
    await dialog().getByText("x-from stay as they are").waitFor();
    await dialog().getByLabel("Name").fill("Books");
    await dialog().getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("button", { name: "Pause Books" }).click();
    await row("Books").getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete Books" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete sink" }).click();
    await page.getByText("Usage goes nowhere else yet").waitFor();
  });

  it("finds a model's price, sets one of our own, and takes it back", async () => {
    await page.goto(at("/models"));
    await page.getByLabel("Search models").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("gpt-5-mini");
    await page.getByLabel("Provider", { exact: true }).selectOption("openai");
    await page.waitForURL(({ search }) => /q=gpt-5-mini/.test(search) && /provider=openai/.test(search));
    const model = page.locator('[data-id="openai/gpt-5-mini"]');
    await model.getByText("$0.25").first().waitFor();
    await model.click();
    expect(
      await dialog()
        .getByRole("row", { name: /^Cached input/ })
        .textContent(),
    ).toContain("$0.025");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Set your own price" }).click();
    expect(await dialog().getByLabel("Output", { exact: true }).inputValue()).toBe("2");
    await dialog().getByLabel("Input", { exact: true }).fill("free");
    await dialog().getByRole("button", { name: "Set price" }).click();
    await dialog().getByText("Dollars, at most six decimals.").waitFor();
    await dialog().getByLabel("Input", { exact: true }).fill("0.2");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Set price" }).click();
    await model.getByText("$0.20").first().waitFor();
    await model.getByText("Yours").waitFor();
    expect(await download("Export CSV")).toMatch(/\r\nopenai,gpt-5-mini,tenant,0\.2/);

    await model.click();
    await dialog()
      .getByRole("button", { name: /^Remove the price of/ })
      .click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove price" }).click();
    await page.getByText("The price of gpt-5-mini is removed").waitFor();
    await page.keyboard.press("Escape");
    await model.getByText("$0.25").first().waitFor();
  });

  it("opens a model far down in the list, and keeps its tiers and units in a price of one's own", async () => {
    await page.goto(at("/models?open=openai%2Fgpt-5-mini"));
    await dialog().getByText("openai/gpt-5-mini").waitFor();
    await page.goto(at("/models?set=google%2Fgemini-2.5-pro"));
    await dialog().getByText("Your price of google/gemini-2.5-pro").waitFor();
    expect(await dialog().getByLabel("Prompts above, in tokens").inputValue()).toBe("200000");
    await dialog().getByLabel("Input in long prompts", { exact: true }).fill("2,4");
    await dialog().getByRole("button", { name: "Add a unit" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Set price" }).click();
    await dialog().getByText("Dollars, at most six decimals.").waitFor();
    await dialog().getByLabel("Input in long prompts", { exact: true }).fill("2.4");
    await dialog().getByRole("button", { name: "Set price" }).click();
    await page.getByText("gemini-2.5-pro is charged at your price").waitFor();
    const { data } = await tenant.api<{ data: { id: string; model: string; tiers: object[] }[] }>("GET", "/prices");
    const price = data.find(({ model }) => model === "gemini-2.5-pro");
    expect(price?.tiers).toMatchObject([{ above_input_tokens: 200_000, per_million_tokens: { input: "2.4" } }]);
    await tenant.api("DELETE", `/prices/${price?.id}`);
  });

  it("tells which models were used whose price nobody knows", async () => {
    await tenant.api("POST", "/usage", {
      events: [{ id: "own:1", provider: "my-vllm", model: "house-7b", tokens: { input: 10, output: 5 } }],
    });
    await expect.poll(async () => (await tenant.records("&model=house-7b")).length, { timeout: ARRIVES_MS }).toBe(1);
    await page.goto(at("/models"));
    await page.getByRole("button", { name: "Set the price of my-vllm/house-7b" }).click();
    await dialog().getByLabel("Input", { exact: true }).fill("0.1");
    await dialog().getByRole("button", { name: "Set price" }).click();
    await page.getByText("house-7b is charged at your price").waitFor();
    await page.goto(at("/models?source=tenant"));
    await page.locator('[data-id="my-vllm/house-7b"]').getByText("$0.10").first().waitFor();
    await page.goto(at("/models?source=none"));
    await page.getByText("No price", { exact: true }).nth(1).waitFor();
  });

  it("shows who changed what, before and after, narrowed by the URL", async () => {
    const key = await tenant.key({ name: "first name", mode: "test" });
    await tenant.api("PATCH", `/keys/${key.id}`, { name: "second name" });
    await page.goto(at(`/audit?record=${key.id}`));
    const rows = page.locator("[data-id]");
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(2);
    await page.getByLabel("action").selectOption("update");
    await page.waitForURL(/action=update/);
    // Not two, and not none either, as while they load.
    await expect.poll(() => rows.count(), { timeout: ARRIVES_MS }).toBe(1);
    await page.locator("main").focus();
    await page.keyboard.press("j");
    const panel = page.getByRole("complementary", { name: "Change" });
    await panel.getByText("first name").waitFor();
    expect(await panel.getByText("second name").count()).toBeGreaterThan(0);
    expect(await axeViolations(page)).toEqual([]);
    const csv = await download("Export CSV");
    expect(csv.split("\r\n")).toHaveLength(3);
    expect(csv).toContain('"{""name"":""first name""}","{""name"":""second name""}"');
    await panel.getByRole("button", { name: "Operator" }).click();
    await page.waitForURL(/actor=operator/);
    await page.goto(at("/audit?action=nothing&kind=junk&from=never"));
    await rows.first().waitFor();
  });

  it("renames the organization, where everybody sees it at once", async () => {
    await page.goto(at("/settings"));
    await page.getByLabel("Name").fill("Acme Ltd");
    await page.getByLabel("Records are kept for, in days").fill("30");
    await page.getByText("Older records leave the database soon").waitFor();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("The organization is changed").waitFor();
    await page.getByRole("banner").getByText("Acme Ltd").waitFor();
    expect((await tenant.api<{ raw_retention_days: number }>("GET", "")).raw_retention_days).toBe(30);
  });

  it("makes a token that works, shows it once, and revokes it", async () => {
    await page.getByRole("button", { name: "Make token" }).click();
    await dialog().getByLabel("Name").fill("ci");
    await dialog().getByLabel("Role").selectOption("viewer");
    await dialog().getByLabel("Ends after").selectOption({ label: "30 days" });
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Make token" }).click();
    const token = (await page.getByTestId("secret").textContent()) ?? "";
    const ask = () =>
      fetch(`${system.url}/api/v1/tenants/${tenant.id}/budgets`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    await dialog().getByRole("button", { name: "Done" }).click();
    expect(await holds(token)).toBe(false);
    await row("ci").getByText("viewer").waitFor();
    await page.getByRole("button", { name: "Revoke ci" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke token" }).click();
    await page.getByText("ci is revoked").waitFor();
    expect((await ask()).status).toBe(401);
  });

  it("makes a token of only some of what its role may do", async () => {
    await page.getByRole("button", { name: "Make token" }).click();
    await dialog().getByLabel("Name").fill("narrow");
    await dialog().getByLabel("Role").selectOption("billing");
    await dialog().getByText("Only some of what the role may do").click();
    await dialog().getByLabel("Prices").uncheck();
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Make token" }).click();
    await page.getByTestId("secret").waitFor();
    await dialog().getByRole("button", { name: "Done" }).click();
    await row("narrow").getByText("Narrowed").waitFor();
    const { data } = await tenant.api<{ data: { id: string; name: string; actions: string[] }[] }>("GET", "/tokens");
    const made = data.find(({ name }) => name === "narrow");
    expect(made?.actions).toEqual(["read", "budgets", "alerts"]);
    await tenant.api("DELETE", `/tokens/${made?.id}`);
  });

  it("downloads the configuration, and shows what a changed one does before it is applied", async () => {
    const upload = async (document: unknown): Promise<void> => {
      const buffer = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
      await page
        .getByLabel("Configuration document")
        .setInputFiles({ name: "meterr.json", mimeType: "application/json", buffer });
    };
    const document = JSON.parse(await download("Download"));
    await upload(document);
    await page.getByText("meterr.json changes nothing: all is as it says.").waitFor();
    document.budgets[0].limit_usd = "25";
    document.teams.push({ id: "search", name: "Search" });
    await upload(document);
    const changes = page.getByRole("region", { name: "What would change" });
    await changes.getByText("limit_usd").waitFor();
    expect(await changes.getByRole("listitem").allTextContents()).toEqual([
      expect.stringContaining("MakeSearchteams"),
      expect.stringMatching(/ChangePocket moneybudgets.*"0\.000001000".*"25\.000000000"/),
    ]);
    expect(await axeViolations(page)).toEqual([]);
    expect(await tenant.api("GET", "/teams")).toMatchObject({ data: [] });
    // Somebody else is faster: it is not written over.
    await tenant.api("POST", "/users", { id: "ada", name: "Ada" });
    watched.problems.length = 0;
    await changes.getByRole("button", { name: "Apply 2 changes" }).click();
    await page.getByText(/has changed since you read it/).waitFor();
    // The browser notes the refusal that was meant.
    expect(watched.problems.splice(0)).toEqual([expect.stringContaining("412")]);
    document.users = (await tenant.api<{ users: unknown }>("GET", "/config")).users;
    await upload(document);
    await changes.getByRole("button", { name: "Apply 2 changes" }).click();
    await page.getByText("2 changes are in force").waitFor();
    expect(await tenant.api("GET", "/teams")).toMatchObject({ data: [{ id: "search" }] });
    await upload("not JSON");
    await page.getByText("This file is not JSON.").waitFor();
  });

  it("fills its lists for what follows", async () => {
    await tenant.api("POST", "/rate-limits", { name: "Everyone", scope: { type: "user" }, requests_per_minute: 60 });
    await tenant.api("POST", "/sinks", { type: "webhook", name: "Nowhere", url: "http://127.0.0.1:9/usage" });
    await tenant.api("POST", "/tokens", { name: "reports", role: "viewer" });
    expect((await chat(system.testKey)).status).toBe(200);
  });

  it("shows the audit log, and the organization's end, to nobody who may neither see nor bring it", async () => {
    const cookie = await newMember(system, "viewer@example.com", "viewer");
    const { page: theirs } = await openBrowser(browser, system, { cookie });
    await theirs.goto(at("/audit"));
    await theirs.getByText("Owners and admins see the audit log").waitFor();
    expect(await theirs.getByRole("link", { name: "Audit" }).count()).toBe(0);
    await theirs.goto(at("/settings"));
    await theirs.getByLabel("Name").waitFor();
    expect(await theirs.getByLabel("Name").isDisabled()).toBe(true);
    for (const name of ["Save changes", "Remove organization…", "Upload and compare…"]) {
      expect(await theirs.getByRole("button", { name }).count(), name).toBe(0);
    }
    await theirs.context().close();
  });

  it("is reached by the keyboard, the palette, and on a phone from the sheet of all pages", async () => {
    await page.goto(at("/settings"));
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    for (const [keys, title] of [
      ["a", "Alerts"],
      ["l", "Limits"],
      ["m", "Models"],
      ["i", "Sinks"],
      ["d", "Audit"],
      ["e", "Settings"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(keys);
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    }
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("alert channel");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Add a channel" }).waitFor();
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 375, height: 800 });
    await page.getByRole("button", { name: "More" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("link", { name: "Sinks" }).click();
    await page.getByRole("heading", { name: "Sinks", level: 1 }).waitFor();
    await dialog().waitFor({ state: "detached" });
    await page.setViewportSize({ width: 1_280, height: 860 });
  });

  it.each(["/alerts", "/limits", "/sinks", "/audit", "/models", "/settings"])(
    "is accessible and fits in light and dark, from a phone to a wall: %s",
    async (path) => {
      const found: string[] = [];
      await page.goto(at(path));
      await page.getByRole("main").getByRole("button", { name: "Export CSV" }).first().waitFor();
      for (const [width, colorScheme] of LOOKS) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 900 });
        const tooWide = await overflowPx(page);
        if (tooWide > 0) found.push(`${width}: ${tooWide} px too wide`);
        found.push(...(await axeViolations(page)).map((line) => `${width} ${colorScheme}: ${line}`));
      }
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      await page.setViewportSize({ width: 1_280, height: 860 });
      expect(found).toEqual([]);
    },
  );

  it("has written nothing to the console by now", () => {
    expect(watched.problems).toEqual([]);
  });

  it("removes the organization once its name is typed, and nothing of it is left", async () => {
    await page.goto(at("/settings"));
    await page.getByRole("button", { name: "Remove organization…" }).click();
    const remove = dialog().getByRole("button", { name: "Remove organization" });
    expect(await remove.isDisabled()).toBe(true);
    await dialog().getByLabel("Type Acme Ltd to go on").fill("Acme Ltd");
    expect(await axeViolations(page)).toEqual([]);
    await remove.click();
    await page.waitForURL(/\/app\/new-organization$/);
    expect(
      (
        await fetch(`${system.url}/api/v1/tenants/${tenant.id}`, {
          headers: { authorization: `Bearer ${system.adminToken}` },
        })
      ).status,
    ).toBe(404);
    await expect
      .poll(async () => (await chat(system.testKey)).status, { timeout: ARRIVES_MS, interval: 300 })
      .toBe(401);
  });
});
