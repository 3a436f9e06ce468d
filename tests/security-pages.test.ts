/** Pages and sessions against who means their user harm, in real Chromium where a browser decides. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { hasBrowser, launchBrowser, openPage } from "./support/browser.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Tenant, tenantOf } from "./support/tenant.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
/** Of the owner, signed in by the link. */
let cookie = "";

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats({ model: "gpt-4o-mini", text: "Hello", input: 8, output: 5 }));
  tenant = tenantOf(system, system.tenant);
  await tenant.credential("openai", upstream.origin);
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

test("every page and file of ours forbids frames, foreign scripts and guesses at types", async () => {
  for (const path of ["/", "/app", `/app/${tenant.id}/keys`, "/assets/none.js", "/favicon.svg", "/api/docs"]) {
    const { headers } = await fetch(`${system.url}${path}`);
    const type = headers.get("content-type") ?? "";
    if (!/html|svg|javascript|css/.test(type)) continue;
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy, path).toMatch(/default-src 'none'/);
    expect(policy, path).toMatch(/frame-ancestors 'none'/);
    expect(policy, path).toMatch(/base-uri 'none'/);
    expect(policy, path).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers.get("x-frame-options"), path).toBe("DENY");
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("referrer-policy"), path).toBe("no-referrer");
  }
});

test("what is an error's text is never taken for a page", async () => {
  const evil = "<script>alert(1)</script>";
  for (const path of [`/${encodeURIComponent(evil)}`, `/api/v1/${encodeURIComponent(evil)}`, `/nowhere/${evil}`]) {
    const response = await fetch(`${system.url}${path}`);
    expect(response.headers.get("content-type"), path).toMatch(/^application\/json/);
  }
});

describe("a session", () => {
  const put = (headers: Record<string, string>) =>
    fetch(`${system.url}/api/v1/tenants/${tenant.id}/keys`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: '{"name":"csrf"}',
    });

  beforeAll(async () => {
    const landed = await fetch(system.signInUrl, { redirect: "manual" });
    expect(landed.status).toBe(302);
    const [line = ""] = landed.headers.getSetCookie();
    expect(line).toMatch(/HttpOnly/i);
    expect(line).toMatch(/SameSite=Lax/i);
    cookie = line.split(";")[0] ?? "";
  });

  test("changes nothing for a page of another origin", async () => {
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      {},
    ];
    for (const headers of foreign) {
      expect((await put({ cookie, ...headers })).status, JSON.stringify(headers)).toBe(403);
      const text = await put({ cookie, ...headers, "content-type": "text/plain" });
      expect(text.status).toBe(403);
    }
    expect((await put({ cookie, origin: system.url })).status).toBe(200);
  });

  test("lets no page of another origin read: no answer names another origin as allowed", async () => {
    for (const path of [`/api/v1/tenants/${tenant.id}/keys`, "/api/v1/me", "/api/auth/get-session"]) {
      const response = await fetch(`${system.url}${path}`, { headers: { cookie, origin: "https://evil.example" } });
      expect(response.headers.get("access-control-allow-origin"), path).toBeNull();
    }
  });

  test("begins with its link once, and never with a used one", async () => {
    const again = await fetch(system.signInUrl, { redirect: "manual" });
    expect(again.headers.getSetCookie()).toEqual([]);
  });
});

test("who guesses passwords or links is held off", async () => {
  const guess = (path: string, body?: object) =>
    fetch(`${system.url}/api/auth${path}`, {
      method: body ? "POST" : "GET",
      redirect: "manual",
      headers: { origin: system.url, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
  const passwords: number[] = [];
  for (let n = 0; n < 8; n++) {
    passwords.push(
      (await guess("/sign-in/email", { email: "owner@meterr.localhost", password: `wrong password ${n}` })).status,
    );
  }
  expect(passwords).not.toContain(200);
  expect(passwords.at(-1)).toBe(429);
  const links: number[] = [];
  for (let n = 0; n < 40; n++) links.push((await guess(`/magic-link/verify?token=${"A".repeat(31)}${n}`)).status);
  expect(links.at(-1)).toBe(429);
});

describe.skipIf(!hasBrowser)("a browser", () => {
  const evil = (where: string) =>
    `"><img src=x onerror="window.hacked='${where}'"><script>window.hacked='${where}'</script>`;
  let browser: Browser;
  let elsewhere: Server;

  beforeAll(async () => {
    browser = await launchBrowser();
    elsewhere = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<iframe id="f" src="${system.url}/app"></iframe>`);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
  });

  test("runs nothing that stands in names, tags, users, models or teams", async () => {
    const key = await tenant.key({ name: evil("key"), tags: { feature: evil("tag") } });
    await tenant.api("POST", "/budgets", {
      name: evil("budget"),
      scope: { type: "tenant" },
      period: "month",
      limit_usd: "100",
      enforcement: "soft",
    });
    await tenant.api("POST", "/credentials", {
      provider: "groq",
      name: evil("credential"),
      api_key: "gsk-0123456789ab",
    });
    const body = JSON.stringify({ ...chat.body, model: `gpt-4o-mini${evil("model")}` });
    const headers = { "x-meterr-user": evil("user"), "x-meterr-session": evil("session") };
    const answer = await ask(system, chat, { key: key.key, headers, body });
    await answer.text();
    await tenant.record(answer.headers.get("x-meterr-request-id"));
    await (await ask(system, chat, { key: key.key, headers })).text();
    const { page } = await openPage(browser);
    await page
      .context()
      .addCookies([
        { name: cookie.split("=")[0] ?? "", value: cookie.slice(cookie.indexOf("=") + 1), url: system.url },
      ]);
    let shown = 0;
    for (const path of ["", "/requests", "/keys", "/budgets", "/models", "/settings", "/credentials", "/usage"]) {
      await page.goto(`${system.url}/app/${tenant.id}${path}`);
      await page.waitForLoadState("networkidle");
      if ((await page.locator("body").textContent())?.includes("onerror=")) shown += 1;
      expect(await page.evaluate("window.hacked"), path).toBeUndefined();
    }
    // As text it is there to be seen.
    expect(shown).toBeGreaterThan(1);
    await page.context().close();
  });

  test("shows no page of ours in a frame of another's", async () => {
    const { page, problems } = await openPage(browser);
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    await page.waitForLoadState("networkidle");
    const inside = page.frames().find((frame) => frame !== page.mainFrame());
    expect(
      await inside
        ?.locator("body")
        .textContent()
        .catch(() => ""),
    ).not.toContain("meterr");
    expect(problems.join(" ")).toMatch(/frame|ancestor|refused/i);
    await page.context().close();
  });
});
