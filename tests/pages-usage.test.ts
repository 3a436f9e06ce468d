/** The pages about usage in real Chromium: overview, requests, sessions, playground, budgets' burn-down; full, empty, slow, failing. */
import { gzipSync } from "node:zlib";
import type { Browser, Page, Route } from "playwright-core";
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
import { type Tenant, tenantOf } from "./support/tenant.ts";
import { until } from "./support/until.ts";

/** The second, for the way from the request's end to the figure on the page. */
const LIVE_MS = 1_000;

describe.skipIf(!hasBrowser)("the pages about usage", () => {
  let system: System;
  let tenant: Tenant;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let signedIn: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
    tenant = tenantOf(system, system.tenant);
    watched = await openPage(browser, { acceptDownloads: true });
    page = watched.page;
    page.setDefaultTimeout(10_000);
    await page.goto(system.signInUrl);
    await page.waitForURL(/\/app\/\w+/);
    signedIn = await page.context().storageState();
    await tenant.budget({
      name: "a cent a month",
      scope: { type: "tenant" },
      period: "month",
      limit_usd: "0.05",
      enforcement: "soft",
    });
    const events = imported();
    await tenant.api("POST", "/usage", { events });
    await until("the imported records", 5_000, async () => (await tenant.records()).length >= events.length);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;
  const chat = (more: Record<string, string> = {}) =>
    fetch(`${system.url}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.testKey}`, "content-type": "application/json", ...more },
      body: JSON.stringify({
        model: "gpt-5-mini",
        max_completion_tokens: 50,
        messages: [{ role: "user", content: "Hi" }],
      }),
    });

  /** Some days of usage, with a run of an agent, tags, failures. */
  function imported(): object[] {
    const now = Date.now();
    return Array.from({ length: 60 }, (_, n) => ({
      id: `own:${n}`,
      time: new Date(now - n * 3_600_000).toISOString(),
      provider: n % 3 === 0 ? "anthropic" : "openai",
      model: n % 3 === 0 ? "claude-haiku-4-5" : "gpt-5-mini",
      tokens: { input: 1_000 + n, output: 50 },
      cost_usd: n % 20 === 0 ? "0" : "0.002",
      latency_ms: 200 + n * 37,
      user: `user-${n % 4}`,
      team: n % 2 === 0 ? "search" : "support",
      status: n % 20 === 0 ? "error" : "ok",
      tags: { env: n % 5 === 0 ? "staging" : "prod", feature: n % 2 === 0 ? "answer" : "rank" },
      ...(n < 8 && { session: "run/nightly" }),
    }));
  }

  /** A page of its own, so that what it is told of the API is told to it alone. */
  async function visitor(): Promise<Watched> {
    const visiting = await openPage(browser, { storageState: signedIn });
    visiting.page.setDefaultTimeout(10_000);
    return visiting;
  }

  it("tell the same sums by each group, and narrow all to what is clicked", async () => {
    await page.goto(at(""));
    const requests = page.getByRole("button", { name: /^Requests/ });
    await requests.getByText("60", { exact: true }).waitFor();
    await page
      .getByRole("region", { name: "Latency" })
      .getByText(/^p95 [\d.]+ s$/)
      .waitFor();
    for (const by of ["provider", "key", "team", "user", "tag"]) {
      await page.getByLabel("Break down by").selectOption(by);
      await page.getByRole("img", { name: `Spend by ${by}` }).waitFor();
      expect(await requests.getByText("60", { exact: true }).count()).toBe(1);
    }
    await page.getByLabel("Tag", { exact: true }).selectOption("env");
    await page.getByTitle("Show env=staging alone").click();
    await page.waitForURL(/tag=env%3Dstaging/);
    await requests.getByText("12", { exact: true }).waitFor();
    await page.getByRole("button", { name: /Remove the filter tag/ }).click();
    await requests.getByText("60", { exact: true }).waitFor();
  });

  it("load less than 200 kB of compressed JavaScript for the first page", async () => {
    const { page: first } = await visitor();
    const sizes = new Map<string, number>();
    first.on("response", async (response) => {
      if (response.url().endsWith(".js")) sizes.set(response.url(), gzipSync(await response.body()).byteLength);
    });
    await first.goto(at(""));
    await first.getByRole("img", { name: "Spend by model" }).waitFor();
    await first.waitForLoadState("networkidle");
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    expect(sizes.size).toBeGreaterThan(3);
    // Each is a round trip, or waits for a free connection.
    expect(sizes.size).toBeLessThan(10);
    expect(total).toBeLessThan(200_000);
    await first.context().close();
  });

  it("are asked for while who is signed in is still being asked, where somebody was before", async () => {
    const { page: first } = await visitor();
    await first.goto(at(""));
    await first.getByRole("img", { name: "Spend by model" }).waitFor();
    const sums = Promise.withResolvers<void>();
    first.on("request", (request) => request.url().includes("/usage/summary") && sums.resolve());
    await first.route("**/api/v1/me", async (route) => {
      await sums.promise;
      await route.continue();
    });
    await first.reload();
    await first.getByRole("img", { name: "Spend by model" }).waitFor();
    await first.context().close();
  });

  it("move within a second of a request's end", async () => {
    await page.goto(at(""));
    const requests = page.getByRole("button", { name: /^Requests/ });
    await requests.getByText("60", { exact: true }).waitFor();
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    expect((await chat({ "x-meterr-session": "live-run", "x-meterr-tags": "app=chat" })).status).toBe(200);
    await requests.getByText("61", { exact: true }).waitFor({ timeout: LIVE_MS });
  });

  it("go on by polling where no socket comes through, and are live again once it does", async () => {
    const { page: cut } = await visitor();
    let blocked = true;
    await cut.routeWebSocket(/\/live$/, (socket) => {
      if (blocked) void socket.close();
      else socket.connectToServer();
    });
    await cut.goto(at(""));
    await cut.getByRole("status").filter({ hasText: "Polling" }).waitFor();
    const requests = cut.getByRole("button", { name: /^Requests/ });
    await requests.getByText("61", { exact: true }).waitFor();
    await chat();
    await requests.getByText("62", { exact: true }).waitFor({ timeout: 9_000 });
    blocked = false;
    await cut.getByRole("status").filter({ hasText: "Live" }).waitFor({ timeout: 20_000 });
    await cut.context().close();
  });

  it("list what ended while the socket was away, however short that was", async () => {
    const { page: cut } = await visitor();
    let server: { close(): Promise<void> } | undefined;
    let mayConnect = Promise.resolve();
    await cut.routeWebSocket(/\/live$/, async (socket) => {
      await mayConnect;
      socket.connectToServer();
      server = socket;
    });
    await cut.goto(at("/requests"));
    await cut.getByRole("status").filter({ hasText: "Live" }).waitFor();
    await cut.locator("[data-id]").first().waitFor();
    const { promise, resolve } = Promise.withResolvers<void>();
    mayConnect = promise;
    await server?.close();
    const id = (await chat()).headers.get("x-meterr-request-id") ?? "";
    await tenant.record(id);
    resolve();
    await cut.locator(`[data-id="${id}"]`).waitFor({ timeout: 4_000 });
    await cut.context().close();
  });

  it("find requests by text, save the filters as a view, and export what is filtered", async () => {
    await page.goto(at("/requests"));
    const rows = page.locator("[data-id]");
    await rows.first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("staging haiku");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=staging/);
    await expect.poll(() => rows.count()).toBe(4);

    await page.getByRole("button", { name: "Views" }).click();
    await page.getByLabel("Name of the view").fill("staging haikus");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const views = page.getByRole("list", { name: "Saved views" });
    await views.getByText("staging haikus").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^usage-[\d-]+\.csv$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString().trimEnd().split("\r\n")).toHaveLength(5);

    await page.goto(at("/requests"));
    await page.getByRole("button", { name: "Views" }).click();
    await views.getByText("staging haikus").click();
    await page.waitForURL(/q=staging/);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Delete the view staging haikus" }).click();
    await page.getByText("No saved view yet").waitFor();
  });

  it("tell of one request what happened when, what was decided, and its headers", async () => {
    const id = (await chat({ "x-meterr-session": "live-run" })).headers.get("x-meterr-request-id") ?? "";
    await tenant.record(id);
    await page.goto(at(`/requests?q=${id}`));
    await page.locator(`[data-id="${id}"]`).waitFor();
    await page.goto(at(`/requests/${id}`));
    await page.getByText("The first target answered.").waitFor();
    await page.getByRole("img", { name: /waiting for the first byte|waiting for the answer/ }).waitFor();
    await page.getByText("x-meterr-request-id").waitFor();
    await page.getByRole("link", { name: "live-run" }).click();
    await page.waitForURL(/\/sessions\/live-run$/);
    await expect.poll(() => page.locator("[data-id]").count()).toBe(2);
  });

  it("show an agent's run in order, with what it had cost by each request", async () => {
    await page.goto(at("/sessions"));
    await page.locator("[data-id]").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Sessions that begin with").fill("run/");
    await expect.poll(() => page.locator("[data-id]").count()).toBe(1);
    await page.locator("[data-id]").first().click();
    await page.waitForURL(/\/sessions\/run%2Fnightly$/);
    const rows = page.locator("[data-id]");
    await expect.poll(() => rows.count()).toBe(8);
    // Imported newest first; the run is read from its start. One of eight cost nothing.
    expect(await rows.first().getAttribute("data-id")).toBe("own:7");
    const soFar = await rows.locator("> :last-child").allTextContents();
    expect([soFar[0], soFar[7]]).toEqual(["$0.002", "$0.01"]);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("ask models side by side with a key that nobody keeps", async () => {
    await page.goto(at("/playground?mode=test"));
    await page.getByLabel("Name of model 1").waitFor();
    const keysWhile = await tenant.api<{ data: { id: string; tags: object; expires_at: string }[] }>("GET", "/keys");
    const minted = keysWhile.data.find(({ tags }) => JSON.stringify(tags) === '{"source":"playground"}');
    expect(Date.parse(minted?.expires_at ?? "") - Date.now()).toBeLessThanOrEqual(3_600_000);
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByLabel("Name of model 2").waitFor();
    await page.getByLabel("Your message").fill("Say hello");
    await page.keyboard.press("Enter");
    for (const model of ["Model 1", "Model 2"]) {
      const column = page.getByRole("region", { name: model, exact: true });
      await column.getByText(/^\$0\.\d+$/).waitFor();
      await column.getByText(/\d+ in, \d+ out/).waitFor();
    }
    expect(await axeViolations(page)).toEqual([]);
    const kept = await page.evaluate<string>(
      "JSON.stringify([{ ...localStorage }, { ...sessionStorage }]) + document.cookie + document.documentElement.outerHTML",
    );
    expect(kept).not.toMatch(/mtr_(test|live)_/);
    const [record] = await tenant.records("&tag=source%3Dplayground");
    expect(record).toMatchObject({ mode: "test", stream: true });
    // Gone from the list of keys while it lives, and gone at all once the page is left.
    await page.getByRole("link", { name: "Keys" }).first().click();
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    expect(await page.getByText("Playground", { exact: true }).count()).toBe(1);
    await until("the end of the playground's key", 5_000, async () => {
      const { data } = await tenant.api<{ data: { id: string; revoked_at: string | null }[] }>("GET", "/keys");
      const key = data.find(({ id }) => id === minted?.id);
      return key === undefined || key.revoked_at !== null;
    });
  });

  it("show how a budget burns down, where it is going, and what it refused", async () => {
    await page.goto(at("/budgets"));
    await page.getByRole("button", { name: "Burn-down of a cent a month" }).click();
    await page.waitForURL(/open=bud_/);
    await page.getByRole("img", { name: /^a cent a month: \$[\d.]+ of \$0\.05 left$/ }).waitFor();
    await page.getByText("None so far.").waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  const PAGES = [
    {
      name: "overview",
      path: "",
      api: /\/usage\/summary/,
      full: "svg[role=img]",
      failed: "The chart could not be loaded",
      empty: "Nothing in this period",
    },
    {
      name: "requests",
      path: "/requests",
      api: /\/usage\?/,
      full: "[data-id]",
      failed: "Requests could not be loaded",
      empty: "No request yet",
    },
    {
      name: "sessions",
      path: "/sessions",
      api: /\/sessions\?/,
      full: "[data-id]",
      failed: "Sessions could not be loaded",
      empty: "No session yet",
    },
    {
      name: "a session",
      path: "/sessions/run%2Fnightly",
      api: /\/api\/.*(\/sessions\/|session=)/,
      full: "[data-id]",
      failed: "The session could not be loaded",
      empty: null,
    },
    {
      name: "playground",
      path: "/playground?mode=test",
      api: /\/v1\/models/,
      full: "[role=log]",
      failed: "The models could not be loaded",
      empty: "No model can be reached",
    },
    {
      name: "budgets",
      path: "/budgets",
      api: /\/budgets\?/,
      full: "[data-budget]",
      failed: "Budgets could not be loaded",
      empty: "No budget yet",
    },
  ];

  it.each(PAGES)(
    "are clean while they load, empty, failed and full: $name",
    async ({ path, api, full, failed, empty }) => {
      const { page: own, problems } = await visitor();
      let answer: (route: Route) => unknown = () => undefined;
      await own.route(api, (route) => answer(route));
      const go = () => own.goto(at(path), { waitUntil: "commit" });

      await go();
      // The page's own loading, not that of the shell around it.
      await own.getByRole("main").waitFor();
      await own
        .getByRole("status", { name: /Loading/ })
        .first()
        .waitFor();
      expect(await axeViolations(own)).toEqual([]);

      if (empty !== null) {
        answer = (route) => route.fulfill({ json: { data: [], next_cursor: null } });
        await go();
        await own.getByText(empty).first().waitFor();
        expect(await axeViolations(own)).toEqual([]);
      }
      expect(problems).toEqual([]);

      answer = (route) => route.fulfill({ status: 403, json: { error: { code: "not_allowed", message: "Not now." } } });
      await go();
      await own.getByText(failed).first().waitFor();
      expect(await axeViolations(own)).toEqual([]);
      // The browser itself notes that an answer was a 403.
      problems.length = 0;

      answer = (route) => route.continue();
      await own.getByRole("button", { name: "Try again" }).first().click();
      await own.locator(full).first().waitFor();
      for (const [width, colorScheme] of LOOKS) {
        await own.setViewportSize({ width, height: 900 });
        await own.emulateMedia({ colorScheme });
        await expect.poll(() => overflowPx(own), { message: `${width} px` }).toBeLessThanOrEqual(0);
        expect(await axeViolations(own), `${width} px, ${colorScheme}`).toEqual([]);
      }
      expect(problems).toEqual([]);
      await own.context().close();
    },
  );

  it("leave no error in the console", () => expect(watched.problems).toEqual([]));
});
