/** The pages of routes and providers as a person uses them: empty, loading, in error, full, at every width and theme. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, hasBrowser, launchBrowser, openPage, overflowPx, type Watched } from "./support/browser.ts";
import { chats } from "./support/chat-answers.ts";
import { json } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Tenant, tenantOf } from "./support/tenant.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
const DOWN = { error: { message: "down", type: "server_error" } };
const WIDTHS = [375, 1_280, 2_560];

describe.skipIf(!hasBrowser)("routes and providers", () => {
  let system: System;
  let browser: Browser;
  let signedIn: Watched;
  let page: Page;
  let tenant: Tenant;
  let good: Upstream;
  let failing: Upstream;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
    good = await startUpstream(chats(ANSWER));
    failing = await startUpstream(json(503, DOWN));
    tenant = tenantOf(system, system.tenant);
    signedIn = await openPage(browser);
    page = signedIn.page;
    page.setDefaultTimeout(20_000);
    await page.goto(system.signInUrl);
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await good?.close();
    await failing?.close();
    await system?.stop();
  });

  const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;
  const dialog = () => page.getByRole("dialog");
  const editor = () => dialog().getByLabel("Definition");

  /** Nothing is wider than its window, in any theme; axe is content in both. */
  async function looksRight(): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflowPx(page), `${page.url()} at ${width}`).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize({ width: 1_280, height: 860 });
      expect(await axeViolations(page), `${page.url()} in ${colorScheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: "light" });
  }

  /** Opens `path` while the API at `api` does not answer, then fails, then answers again. */
  async function comesThrough(path: string, api: string, loaded: () => Promise<void>): Promise<void> {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(`**/api/v1/**${api}*`, async (route) => {
      await held;
      await route.fulfill({ status: 500, json: { error: { code: "internal", message: "It broke.", details: {} } } });
    });
    await page.goto(at(path));
    // The page itself, and not what stands in for it while its code is loaded.
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("status", { name: "Loading" }).first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    release();
    await page.getByText("could not be loaded").waitFor({ timeout: 20_000 });
    await looksRight();
    await page.unroute(`**/api/v1/**${api}*`);
    await page.getByRole("button", { name: "Try again" }).click();
    await loaded();
    signedIn.problems.length = 0;
  }

  it("tell what they are for while there is nothing in them, and what went wrong", async () => {
    await comesThrough("/routes", "/routes", () => page.getByText("No route yet").waitFor());
    await looksRight();
    await comesThrough("/providers", "/credentials", () => page.getByText("No credential yet").waitFor());
    await looksRight();
    await page.goto(at("/routes/nowhere"));
    await page.getByText("There is no route nowhere").waitFor();
  });

  it("take several credentials of a provider, with names and weights", async () => {
    await page.goto(at("/providers?new=1"));
    const add = async (key: string, name?: string) => {
      await dialog().getByLabel("Provider").selectOption("anthropic");
      if (name !== undefined) await dialog().getByLabel("Name", { exact: true }).fill(name);
      await dialog().getByLabel("API key").fill(key);
      await dialog().getByRole("button", { name: "Add credential" }).click();
      await page.getByText(`••••${key.slice(-4)}`).waitFor();
    };
    await add("sk-ant-test-0000-aaaa");
    await page.getByRole("button", { name: "Add a credential for anthropic" }).click();
    expect(await dialog().getByLabel("Provider").inputValue()).toBe("anthropic");
    await add("sk-ant-test-0000-bbbb", "second");
    expect(await page.getByText("50 %").count()).toBe(2);
    await page.getByRole("button", { name: "Edit the second credential for anthropic" }).click();
    await dialog().getByLabel("Name").fill("reserve");
    await dialog().getByLabel("Weight").fill("0");
    await dialog().getByRole("button", { name: "Save changes" }).click();
    await page.getByTitle("Weight 0").waitFor();
    await page.getByRole("button", { name: "Replace the reserve credential for anthropic" }).click();
    const replace = async (origin: string, key: string) => {
      await dialog().getByLabel("Origin").fill(origin);
      await dialog().getByLabel("API key").fill(key);
      await dialog().getByRole("button", { name: "Replace key" }).click();
      await page.getByText(`••••${key.slice(-4)}`).waitFor();
    };
    await dialog().getByText("Another address").click();
    await replace("https://proxy.example.com", "sk-ant-test-0000-dddd");
    await page.getByText("https://proxy.example.com").waitFor();
    // Without its address the provider's own counts again.
    await page.getByRole("button", { name: "Replace the reserve credential for anthropic" }).click();
    await replace("", "sk-ant-test-0000-cccc");
    await page.getByText("https://proxy.example.com").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove the reserve credential for anthropic" }).click();
    await page.getByText("go on with the other one").waitFor();
    await page.getByRole("button", { name: "Remove credential" }).click();
    await page.getByText("••••cccc").waitFor({ state: "detached" });
    expect(await page.getByText("••••aaaa").count()).toBe(1);
  });

  it("make a route from a sample, and show what is wrong with it at its line", async () => {
    const target = { api_key: "sk-upstream-0123456789", dialect: "chat" };
    await tenant.api("PUT", "/credentials/down", { ...target, base_url: `${failing.origin}/v1` });
    await tenant.api("PUT", "/credentials/up", { ...target, base_url: `${good.origin}/v1` });
    await page.goto(at("/routes"));
    await page.getByRole("button", { name: "Create route" }).first().click();
    await dialog().getByLabel("Name").fill("smart");
    await dialog().getByRole("button", { name: "By condition" }).click();
    await dialog().getByText("tags.env is prod").waitFor();
    await looksRight();
    await editor().fill('{\n  "targets": [\n    { "model": "down/m" }\n');
    await dialog().getByRole("button", { name: "Create route" }).click();
    await dialog().getByRole("alert").filter({ hasText: "Line 4:" }).waitFor();
    const wrong =
      '{\n  "targets": [\n    { "model": "down/m" },\n    { "model": "up/gpt-4o-mini",\n      "weight": -1 }\n  ]\n}';
    await editor().fill(wrong);
    await dialog().getByRole("button", { name: "Create route" }).click();
    await dialog().getByRole("alert").filter({ hasText: "Line 5: targets.1.weight" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await editor().fill(wrong.replace("-1", "1"));
    await dialog().getByRole("button", { name: "Create route" }).click();
    await page.getByRole("heading", { name: "smart", level: 1 }).waitFor();
    expect(page.url()).toBe(at("/routes/smart"));
    // The console notes each answer of 400 that was provoked here.
    signedIn.problems.length = 0;
  });

  it("say which target a request would take, and why, by the health of now", async () => {
    const { key } = await tenant.key();
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${system.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: "smart", messages: [{ role: "user", content: "Hello" }] }),
      });
      expect([response.status, response.headers.get("x-meterr-provider")]).toEqual([200, "up"]);
    }
    const firstTaken = async () => {
      await page.getByRole("button", { name: "Explain" }).click();
      await page.getByText("takes it").waitFor();
      return page.getByRole("list", { name: "Targets in their order" }).getByRole("listitem").first().textContent();
    };
    await expect.poll(firstTaken, { timeout: 10_000 }).toContain("up/gpt-4o-mini");
    expect(await page.getByText("failed of late, so it comes last").count()).toBe(1);
    await looksRight();
  });

  it("show how providers do, live", async () => {
    await page.goto(at("/providers"));
    const health = (provider: string) =>
      page.getByRole("table", { name: `Health of ${provider}'s models in the last five minutes` });
    await health("down").getByText("503, unavailable").waitFor();
    expect(await health("down").getByRole("row").nth(1).textContent()).toContain("100 %");
    expect(await health("up").getByText("Well").count()).toBe(1);
    await looksRight();
    // It recovers: the next request that tries it says so, and no reload is needed.
    failing.reply = chats(ANSWER);
    const { key } = await tenant.key();
    await expect
      .poll(
        async () => {
          const response = await fetch(`${system.url}/v1/chat/completions`, {
            method: "POST",
            headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
            body: JSON.stringify({ model: "smart", messages: [{ role: "user", content: "Hello" }] }),
          });
          return response.headers.get("x-meterr-provider");
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe("down");
    await health("down").getByText("Left alone").waitFor({ state: "detached", timeout: 8_000 });
  });

  it("change a route, restore what it was, and delete it", async () => {
    await page.goto(at("/routes"));
    await page.getByRole("link", { name: /^smart/ }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    await editor().fill(
      '{ "strategy": "weighted", "targets": [{ "model": "up/gpt-4o-mini", "weight": 3 }, { "model": "down/m" }] }',
    );
    await dialog().getByText("75 %").waitFor();
    await dialog().getByRole("button", { name: "Save changes" }).click();
    await page.getByText("version 2", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("in force").waitFor();
    await looksRight();
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Restore" }).click();
    await page.getByText("version 3", { exact: true }).waitFor();
    expect(await tenant.api("GET", "/routes/smart")).toMatchObject({ version: 3, strategy: "fallback" });
    await page.goto(at("/routes"));
    await page.getByRole("link", { name: /^smart/ }).waitFor();
    await looksRight();
    await page.getByRole("link", { name: /^smart/ }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete route" }).click();
    await page.getByText("No route yet").waitFor();
  });

  it("are reached by keys and the palette, without a problem in the console", async () => {
    await page.goto(at(""));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("u");
    await page.getByRole("heading", { name: "Routes", level: 1 }).waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox").fill("create a route");
    await page.keyboard.press("Enter");
    await dialog().getByLabel("Name").waitFor();
    expect(signedIn.problems).toEqual([]);
  });
});
