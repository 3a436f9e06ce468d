/** People and their roles, over the real system: by API, and in real Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeViolations, hasBrowser, LOOKS, launchBrowser, overflowPx } from "./support/browser.ts";
import { invite, newMember, openBrowser, PASSWORD } from "./support/people.ts";
import { type System, startSystem } from "./support/system.ts";
import { api } from "./support/tenant.ts";
import { totp } from "./support/totp.ts";

const ROLES = ["owner", "admin", "developer", "billing", "viewer"] as const;
type Role = (typeof ROLES)[number];

const ALL: readonly Role[] = ROLES;
const ADMINS: readonly Role[] = ["owner", "admin"];
const NOBODY: readonly Role[] = [];

/** Who may do what: to read, and to change, by what stands behind the tenant in an operation's path. */
const TABLE: Record<string, { read?: readonly Role[]; change: readonly Role[] }> = {
  // The tenant itself. Nothing of it is a token's to change, and to remove it is an owner's: see below.
  "": { change: ADMINS },
  keys: { change: ["owner", "admin", "developer"] },
  budgets: { change: ["owner", "admin", "billing"] },
  "rate-limits": { change: ["owner", "admin", "billing"] },
  alerts: { change: ["owner", "admin", "billing"] },
  prices: { change: ["owner", "admin", "billing"] },
  credentials: { change: ADMINS },
  routes: { change: ADMINS },
  sinks: { change: ADMINS },
  teams: { change: ADMINS },
  users: { change: ADMINS },
  tokens: { change: ADMINS },
  members: { change: ADMINS },
  invitations: { read: ADMINS, change: ADMINS },
  audit: { read: ADMINS, change: NOBODY },
  security: { change: ["owner"] },
  usage: { change: ["owner", "admin", "developer"] },
  bodies: { read: ["owner", "admin", "developer"], change: NOBODY },
  // Their own.
  views: { change: ALL },
  leave: { change: ALL },
  // Each section by its own line: see below.
  config: { change: ALL },
  "alert-log": { change: NOBODY },
  forecast: { change: NOBODY },
  live: { change: NOBODY },
  providers: { change: NOBODY },
  models: { change: NOBODY },
  "cost-report": { change: NOBODY },
  sessions: { change: NOBODY },
};
/** A question that is asked by POST. */
const READS_BY_POST = new Set(["POST /api/v1/tenants/{tenant}/routes/{id}/explain"]);
/** Of a tenant, and yet the operator's alone. */
const OPERATORS = new Set(["POST /api/v1/tenants/{tenant}/usage/{id}/reverse"]);

/** Who may do an operation below a tenant; undefined where the table has no line for it. */
function allowed(method: string, path: string, by: "session" | "token" = "session"): readonly Role[] | undefined {
  const resource = /^\/api\/v1\/tenants\/\{tenant\}\/?([\w-]*)/.exec(path)?.[1] ?? "";
  if (resource === "" && method !== "GET") {
    if (by === "token") return NOBODY;
    return method === "DELETE" ? ["owner"] : ADMINS;
  }
  if (OPERATORS.has(`${method} ${path}`)) return NOBODY;
  const line = TABLE[resource];
  const isRead = method === "GET" || READS_BY_POST.has(`${method} ${path}`);
  return line && (isRead ? (line.read ?? ALL) : line.change);
}

let system: System;
let browser: Browser;
/** A `cookie` header a role. */
const cookies = {} as Record<Role, string>;
const tokens = {} as Record<Role, string>;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({ env: { METERR_SIGN_UP: "open" } }),
    hasBrowser ? launchBrowser() : (null as never),
  ]);
  for (const role of ROLES) {
    cookies[role] = await newMember(system, `${role}@example.com`, role);
    const made = await api<{ token: string }>(system, "POST", `/tenants/${system.tenant}/tokens`, { name: role, role });
    tokens[role] = made.json.token;
  }
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const at = (path: string): string => `${system.url}/app/${system.tenant}${path}`;

describe("every operation of the API", () => {
  let operations: { method: string; path: string }[];
  beforeAll(async () => {
    const description = (await (await fetch(`${system.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
  });

  /** The status of a call that does nothing where it is let through: no such object, no such state, no such body. */
  async function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number> {
    const hasBody = method !== "GET" && method !== "DELETE";
    const url = system.url + path.replace("{tenant}", system.tenant).replace(/\{\w+\}/g, "nothing");
    const response = await fetch(url, {
      method,
      headers: { origin: system.url, "if-match": '"another"', ...headers },
      body: hasBody ? '{"no such field":1}' : undefined,
    });
    await response.body?.cancel();
    return response.status;
  }

  it("has a line in the table of who may", () => {
    const ofTenants = operations.filter(({ path }) => path.startsWith("/api/v1/tenants/{tenant}"));
    expect(ofTenants.length).toBeGreaterThan(90);
    const unknown = ofTenants.filter(({ method, path }) => allowed(method, path) === undefined);
    expect(unknown).toEqual([]);
  });

  it.each(ROLES)("is done for a %s exactly where the table says so, by session and by token", async (role) => {
    const wrong: string[] = [];
    for (const { method, path } of operations) {
      for (const by of ["session", "token"] as const) {
        const headers: Record<string, string> =
          by === "session" ? { cookie: cookies[role] } : { authorization: `Bearer ${tokens[role]}` };
        const may = path.startsWith("/api/v1/tenants/{tenant}")
          ? allowed(method, path, by)?.includes(role)
          : // What is around tenants is anybody's, but for the operator's.
            !path.includes("/operator/") && path !== "/api/v1/tenants";
        // A token is nobody who has an account.
        if (by === "token" && (path.startsWith("/api/v1/me/") || path.endsWith("/leave"))) continue;
        const status = await statusOf(method, path, headers);
        const isRefused = status === 403 || status === 401;
        if (isRefused === may || status >= 500) wrong.push(`${method} ${path} by ${by}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("changes of a configuration document what the role may change by itself", async () => {
    const sections = {
      teams: { id: "t", name: "T" },
      prices: { name: "P", provider: "openai", model: "m", input_usd: "1" },
    };
    for (const role of ROLES) {
      for (const [section, entry] of Object.entries(sections)) {
        const response = await fetch(`${system.url}/api/v1/tenants/${system.tenant}/config?dry_run=1`, {
          method: "PUT",
          headers: { authorization: `Bearer ${tokens[role]}` },
          body: JSON.stringify({ [section]: [entry] }),
        });
        const isRefused = response.status === 403;
        if (response.status !== 400)
          expect(isRefused, `${role} ${section}`).toBe(!TABLE[section]?.change.includes(role));
      }
    }
  });
});

/** What a page offers to those alone who may do it, and the call behind it. */
const OFFERS: { page: string; heading: string; control: string; resource: string }[] = [
  { page: "/keys", heading: "Keys", control: "Create key", resource: "keys" },
  { page: "/budgets", heading: "Budgets", control: "Create budget", resource: "budgets" },
  { page: "/routes", heading: "Routes", control: "Create route", resource: "routes" },
  { page: "/providers", heading: "Providers", control: "Add credential", resource: "credentials" },
  { page: "/limits", heading: "Limits", control: "Create limit", resource: "rate-limits" },
  { page: "/alerts", heading: "Alerts", control: "Add channel", resource: "alerts" },
  { page: "/models", heading: "Models", control: "Set a price", resource: "prices" },
  { page: "/sinks", heading: "Sinks", control: "Add sink", resource: "sinks" },
  { page: "/settings", heading: "Settings", control: "Make token", resource: "tokens" },
  { page: "/team", heading: "Team", control: "Invite", resource: "invitations" },
  { page: "/team", heading: "Team", control: "Add team", resource: "teams" },
  { page: "/team", heading: "Team", control: "Add user", resource: "users" },
];
/** The command palette's entries that change something. */
const COMMANDS: Record<string, string> = {
  "Create a key": "keys",
  "Create a budget": "budgets",
  "Create a route": "routes",
  "Add a provider's credential": "credentials",
  "Create a rate limit": "rate-limits",
  "Add an alert channel": "alerts",
  "Add a sink": "sinks",
  "Make a management token": "tokens",
  "Invite somebody": "invitations",
};

describe.skipIf(!hasBrowser)("a role's pages", () => {
  it.each(ROLES)("offer a %s what they may do, and nothing else; the API refuses the rest", async (role) => {
    const { page, problems } = await openBrowser(browser, system, { cookie: cookies[role] });
    for (const [path, offers] of Map.groupBy(OFFERS, (offer) => offer.page)) {
      await page.goto(at(path));
      await page.getByRole("heading", { name: offers[0]?.heading, level: 1 }).waitFor();
      await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
      for (const { control, resource } of offers) {
        const may = TABLE[resource]?.change.includes(role);
        const offered = await page.getByRole("button", { name: control }).count();
        expect(offered > 0, `${control} for ${role}`).toBe(may);
        const status = await page.evaluate(
          async (url) => (await fetch(url, { method: "POST", body: '{"no such field":1}' })).status,
          `/api/v1/tenants/${system.tenant}/${resource}`,
        );
        expect(status, `${resource} for ${role}`).toBe(may ? 400 : 403);
      }
    }
    // The team's page is the last that was opened.
    await page.getByText("Ask everybody for a second factor").waitFor();
    expect(await page.getByRole("checkbox").isEnabled()).toBe(role === "owner");
    expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(TABLE.audit?.read?.includes(role) ? 1 : 0);
    await page.getByRole("button", { name: /Search or go to/ }).click();
    await page.getByRole("option", { name: "Sign out" }).waitFor();
    for (const [command, resource] of Object.entries(COMMANDS)) {
      const shown = await page.getByRole("option", { name: command, exact: true }).count();
      expect(shown > 0, `${command} for ${role}`).toBe(TABLE[resource]?.change.includes(role));
    }
    // The browser itself notes each refusal that was asked for above.
    expect(problems.filter((problem) => !/status of (400|403)/.test(problem))).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(!hasBrowser)("a person", () => {
  it("is invited, joins in a browser of their own, does what their role may, and is removed", async () => {
    const owner = await openBrowser(browser, system, { cookie: cookies.owner });
    await owner.page.goto(at("/team"));
    await owner.page.getByRole("button", { name: "Invite" }).click();
    const dialog = owner.page.getByRole("dialog");
    await dialog.getByLabel("Email").fill("ada@example.com");
    await dialog.getByLabel("Role").selectOption("developer");
    await dialog.getByRole("button", { name: "Invite" }).click();
    const link = (await owner.page.getByTestId("invite-link").textContent()) ?? "";
    expect(await axeViolations(owner.page)).toEqual([]);
    await owner.page.getByRole("button", { name: "Done" }).click();
    await owner.page.getByText("link passed on by hand").waitFor();

    const ada = await openBrowser(browser, system);
    await ada.page.goto(link);
    await ada.page.getByRole("heading", { name: "Join Default" }).waitFor();
    expect(await axeViolations(ada.page)).toEqual([]);
    await ada.page.getByLabel("Your name").fill("Ada");
    await ada.page.getByLabel("Choose a password").fill(PASSWORD);
    await ada.page.getByRole("button", { name: "Join" }).click();
    await ada.page.waitForURL(at(""));
    await ada.page.goto(at("/keys?new=1"));
    await ada.page.getByRole("dialog").getByLabel("Name").fill("ada's own");
    await ada.page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await ada.page.getByTestId("new-key").waitFor();
    await ada.page.getByRole("button", { name: "Done" }).click();
    await ada.page.getByText("user ada@example.com").waitFor();
    // The sandbox's key is nobody's of hers.
    expect(await ada.page.getByText("Sandbox").count()).toBe(0);

    await owner.page.reload();
    await owner.page.getByLabel("Role of Ada").selectOption("viewer");
    await owner.page.getByText("Ada is viewer now").waitFor();
    await ada.page.reload();
    await ada.page.getByRole("heading", { name: "Keys", level: 1 }).waitFor();
    await ada.page.getByText("Sandbox").waitFor();
    expect(await ada.page.getByRole("button", { name: "Create key" }).count()).toBe(0);

    await owner.page.getByRole("button", { name: "Remove Ada", exact: true }).click();
    expect(await axeViolations(owner.page)).toEqual([]);
    await owner.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await owner.page.getByText("Ada is removed").waitFor();
    await ada.page.reload();
    await ada.page.waitForURL(/\/app\/new-organization/);
    // The link that brought her brings her back no more.
    await ada.page.goto(link);
    await ada.page.getByText("This invitation cannot be accepted").waitFor();
    const { json } = await api<{ data: object[] }>(system, "GET", `/tenants/${system.tenant}/audit`);
    const entry = json.data.find((each) => JSON.stringify(each).includes('"kind":"member"'));
    expect(entry).toMatchObject({ action: "delete", before: { email: "ada@example.com" }, after: null });
    expect(JSON.stringify(entry)).toMatch(/"user_agent":"Mozilla.*HeadlessChrome/);
    // What she had open when she was removed is refused from then on; nothing else went wrong.
    const refused = /status of 404|WebSocket connection/;
    expect([...owner.problems, ...ada.problems].filter((problem) => !refused.test(problem))).toEqual([]);
    await owner.page.context().close();
    await ada.page.context().close();
  });

  it("turns a second factor on, signs out, and signs in with a code or a backup code alone", async () => {
    const cookie = await newMember(system, "bea@example.com", "viewer");
    const { page, problems } = await openBrowser(browser, system, { cookie });
    await page.goto(at("/account"));
    await page.getByRole("button", { name: "Turn on" }).click();
    await page.getByRole("dialog").getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const secret = await page.getByTestId("totp-secret").textContent();
    const uri = `otpauth://totp/meterr?secret=${secret}`;
    const code = () => totp(uri);
    await page
      .getByRole("dialog")
      .getByRole("textbox", { name: "Code" })
      .fill(await code());
    await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
    const backup = (await page.getByTestId("backup-codes").getByRole("listitem").first().textContent()) ?? "";
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("New backup codes").waitFor();

    const signIn = async () => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in to meterr" }).waitFor();
      await page.getByLabel("Email").fill("bea@example.com");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Enter your code" }).waitFor();
    };
    await signIn();
    expect(await axeViolations(page)).toEqual([]);
    // The password alone has begun no session.
    expect(await page.evaluate("fetch('/api/v1/me').then((r) => r.status)")).toBe(401);
    await page.getByLabel("Code").fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This code is not right.").waitFor();
    await page.getByLabel("Code").fill(await code());
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(at(""));
    await signIn();
    await page.getByRole("button", { name: "Use a backup code" }).click();
    await page.getByLabel("Backup code").fill(backup);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(at(""));
    expect(problems.filter((problem) => !/status of 401/.test(problem))).toEqual([]);
    await page.context().close();
  });

  it("sees where they are signed in, ends the others, changes their password, and deletes their account", async () => {
    const cookie = await newMember(system, "cid@example.com", "viewer");
    const here = await openBrowser(browser, system, { cookie });
    const there = await openBrowser(browser, system);
    await there.page.goto(at("/account"));
    await there.page.getByLabel("Email").fill("cid@example.com");
    await there.page.getByLabel("Password").fill(PASSWORD);
    await there.page.getByRole("button", { name: "Sign in" }).click();
    // Where they were going.
    await there.page.waitForURL(at("/account"));
    await here.page.goto(at("/account"));
    await here.page.getByText("This one").waitFor();
    await here.page.getByRole("button", { name: "End all others" }).click();
    await here.page.getByRole("button", { name: "End all others" }).waitFor({ state: "detached" });
    await there.page.reload();
    await there.page.waitForURL(/\/app\/sign-in/);
    await here.page.getByLabel("Present password").fill("not this one");
    await here.page.getByLabel("New password").fill("another horse battery");
    await here.page.getByRole("button", { name: "Change password" }).click();
    await here.page.getByText("The present password is wrong.").waitFor();
    await here.page.getByLabel("Present password").fill(PASSWORD);
    await here.page.getByRole("button", { name: "Change password" }).click();
    await here.page.getByText(/Your password is changed/).waitFor();
    await here.page.getByLabel("Your name").fill("Sidney");
    await here.page.getByRole("button", { name: "Save" }).click();
    await here.page.getByText("Your name is changed").waitFor();
    await here.page.getByRole("button", { name: "Delete account…" }).click();
    const dialog = here.page.getByRole("dialog");
    await dialog.getByLabel("Your password").fill("not this one");
    await dialog.getByRole("button", { name: "Delete account" }).click();
    await dialog.getByText("The present password is wrong.").waitFor();
    expect(await axeViolations(here.page)).toEqual([]);
    await dialog.getByLabel("Your password").fill("another horse battery");
    await dialog.getByRole("button", { name: "Delete account" }).click();
    await here.page.waitForURL(/\/app\/sign-in/);
    const { json } = await api<{ data: { email: string }[] }>(system, "GET", `/tenants/${system.tenant}/members`);
    expect(json.data.map(({ email }) => email)).not.toContain("cid@example.com");
    expect(here.problems.filter((problem) => !/status of 400|WebSocket connection/.test(problem))).toEqual([]);
    await here.page.context().close();
    await there.page.context().close();
  });

  it("signs up and has a working key within a minute, and a second organization", async () => {
    const startedAt = performance.now();
    const { page, problems } = await openBrowser(browser, system, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.goto(`${system.url}/app`);
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Your name").fill("Dot");
    await page.getByLabel("Email").fill("dot@example.com");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByLabel("Organization").fill("Dot's");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
    await page.getByRole("button", { name: "Create a test key" }).click();
    await page.getByRole("button", { name: "Copy curl command" }).click();
    const curl = await page.evaluate<string>("navigator.clipboard.readText()");
    const key = /mtr_test_\w+/.exec(curl)?.[0];
    const answer = await fetch(`${system.url}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-5-mini", messages: [{ role: "user", content: "Hello" }] }),
    });
    expect(answer.status).toBe(200);
    await page.getByRole("heading", { name: "It arrived" }).waitFor();
    expect(performance.now() - startedAt).toBeLessThan(60_000);

    await page.getByRole("combobox", { name: "Organization" }).selectOption("New organization…");
    await page.getByLabel("Name").fill("Dot's other");
    await page.getByRole("button", { name: "Create organization" }).click();
    await page.getByRole("heading", { name: "See your first request" }).waitFor();
    expect(await page.getByRole("combobox", { name: "Organization" }).locator("option").allInnerTexts()).toEqual([
      "Dot's",
      "Dot's other",
      "New organization…",
    ]);
    // Between the two, nobody of the first one's members is any of hers.
    expect(problems.filter((problem) => !/status of 401/.test(problem))).toEqual([]);
    await page.context().close();
  });

  it("names teams, as which keys and budgets are told apart", async () => {
    const { page, problems } = await openBrowser(browser, system, { cookie: cookies.admin });
    await page.goto(at("/team"));
    await page.getByRole("button", { name: "Add team" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Serach");
    await page.getByRole("dialog").getByLabel("Id").fill("search/one");
    await page.getByRole("dialog").getByRole("button", { name: "Add team" }).click();
    await page.getByRole("button", { name: "Rename the team Serach" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("dialog").getByLabel("Name").fill("Search");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("button", { name: "Remove the team Search" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Search is removed").waitFor();
    await page.getByText(/A team has keys, budgets and limits of its own/).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("sets a forgotten password by the operator's link", async () => {
    await newMember(system, "eli@example.com", "viewer");
    const reset = await api<{ reset_url: string }>(system, "POST", "/operator/password-reset", {
      email: "eli@example.com",
    });
    const { page, problems } = await openBrowser(browser, system);
    await page.goto(reset.json.reset_url);
    await page.getByLabel("New password").fill("another horse battery");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByRole("heading", { name: "Your password is set" }).waitFor();
    await page.getByRole("link", { name: "Go to sign-in" }).click();
    await page.getByLabel("Email").fill("eli@example.com");
    await page.getByLabel("Password").fill("another horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(at(""));
    expect(problems.filter((problem) => !/status of 401/.test(problem))).toEqual([]);
    await page.context().close();
  });

  it("turns their second factor on before they see an organization that asks for it", async () => {
    const own = await newMember(system, "fay@example.com", "owner");
    const { page } = await openBrowser(browser, system, { cookie: own });
    await page.goto(at("/team"));
    await page.getByLabel(/Ask everybody/).click();
    await page.getByText(/Turn your own second factor on first/).waitFor();
    await api(system, "PUT", `/tenants/${system.tenant}/security`, { require_two_factor: true });
    try {
      await page.goto(at("/keys"));
      await page.waitForURL(at("/account"));
      await page.getByText("Default asks for a second factor").waitFor();
      expect(await axeViolations(page)).toEqual([]);
    } finally {
      await api(system, "PUT", `/tenants/${system.tenant}/security`, { require_two_factor: false });
    }
    await page.context().close();
  });
});

describe.skipIf(!hasBrowser)("the pages of people", () => {
  const loading = (page: Page) => page.getByRole("status", { name: "Loading" });

  it("fit every window, in light and dark", async () => {
    const { page, problems } = await openBrowser(browser, system, { cookie: cookies.owner });
    await invite(system, `${"long".repeat(12)}@example.com`, "viewer");
    for (const path of ["/team", "/account"]) {
      await page.goto(at(path));
      await page.getByRole("heading", { level: 1 }).waitFor();
      await loading(page).first().waitFor({ state: "detached" });
      for (const [width, colorScheme] of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 860 });
        expect(await overflowPx(page), `${path} at ${width}`).toBeLessThanOrEqual(0);
        expect(await axeViolations(page), `${path} at ${width}, ${colorScheme}`).toEqual([]);
      }
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("say what they load, what is not there, and what went wrong, with a way on", async () => {
    const { page } = await openBrowser(browser, system, { cookie: cookies.admin });
    const api = `**/api/v1/tenants/${system.tenant}/members*`;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(api, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(at("/team"));
    await loading(page).first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    release();
    await page.getByLabel("Role of admin").waitFor();
    await page.unroute(api);
    await page.route(api, (route) =>
      route.fulfill({ status: 503, json: { error: { code: "x", message: "Out of reach." } } }),
    );
    await page.reload();
    await page.getByText("Members could not be loaded").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute(api);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByLabel("Role of admin").waitFor();
    await page.getByText(/A team has keys, budgets and limits of its own/).waitFor();
    await page.context().close();
  });
});
