/** What there is to see for `scripts/look.ts`: an organization in the middle of its work, and one that has just begun. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Served } from "../../bench/serve.ts";

const OWNER = "owner@meterr.localhost";

type Storage = Awaited<ReturnType<BrowserContext["storageState"]>>;

export interface Stage {
  url: string;
  tenant: string;
  /** Signed in as the owner of the organization that has all there is. */
  owner: Storage;
  /** An organization with nothing in it. */
  emptyTenant: string;
  invitation: string;
  request: string;
}

/** Fills the system the first time, and signs in. */
export async function stage(served: Served, browser: Browser, file: string): Promise<Stage> {
  const { url, tenant, adminToken, signInUrl } = served;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api/v1/tenants${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const signIn = await browser.newPage();
  await signIn.goto(signInUrl);
  await signIn.waitForURL(/\/app\/\w+/);
  if (!existsSync(file)) {
    const filled = await fill(call, url, tenant);
    await accept(signIn, filled.emptyInvitation, {});
    const stranger = await browser.newPage();
    await stranger.goto(`${url}/app/sign-in`);
    await accept(stranger, filled.colleague, { name: "Ada Lovelace", password: "correct horse battery" });
    await stranger.context().close();
    writeFileSync(file, JSON.stringify(filled));
  }
  const { emptyTenant, request, invitation } = JSON.parse(readFileSync(file, "utf8"));
  const owner = await signIn.context().storageState();
  return { url, tenant, owner, emptyTenant, invitation, request };
}

/** As the page of an invitation does. */
async function accept(page: Page, link: string, person: object): Promise<void> {
  const body = JSON.stringify({ token: new URL(link).searchParams.get("token"), ...person });
  const status = await page.evaluate(
    `fetch("/api/v1/invitations/accept", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(body)} }).then((r) => r.status)`,
  );
  if (status !== 200) throw new Error(`accept: ${status}`);
}

type Api = <T>(method: string, path: string, body?: unknown) => Promise<T>;

async function fill(call: Api, url: string, tenant: string) {
  const post = <T>(path: string, body: unknown): Promise<T> => call("POST", `/${tenant}${path}`, body);
  for (const id of ["search", "support", "growth"]) await post("/teams", { name: id });
  for (const id of ["ada", "grace-hopper"]) await post("/users", { name: id });
  const keys = [
    { name: "Search, production", team: "search", tags: { env: "prod", feature: "answer" } },
    { name: "Support's drafts", team: "support", user: "ada", rate_limits: { requests_per_minute: 600 } },
    { name: "Nightly evaluation of the ranking with a long name", team: "growth", expires_at: "2027-03-01T00:00:00Z" },
    { name: "On Ada's laptop", mode: "test", user: "ada", allow: { models: ["gpt-5-mini", "claude-haiku-4-5"] } },
    { name: "Draft agent", mode: "test", tags: { feature: "draft" } },
  ];
  const made: { id: string; key: string }[] = [];
  for (const key of keys) {
    made.push(await post("/keys", key));
  }
  const chan = await post<{ id: string }>("/alerts", {
    type: "slack",
    name: "Ops",
    url: "https://hooks.slack.com/services/T000/B000/abcdefghijkl",
  });
  await post("/alerts", {
    type: "discord",
    name: "Finance",
    url: "https://discord.com/api/webhooks/1/abcdefghijkl",
    events: ["budget.exceeded"],
  });
  await post("/alerts", { type: "webhook", name: "Pager", url: "https://events.example.com/hook", enabled: false });
  const hard = { enforcement: "hard", alert_to: [chan.id] };
  await post("/budgets", {
    ...hard,
    name: "Everything",
    scope: { type: "tenant" },
    period: "month",
    limit_usd: "1500",
  });
  await post("/budgets", {
    ...hard,
    name: "Search",
    scope: { type: "team", id: "search" },
    period: "day",
    limit_usd: "20",
    timezone: "Europe/Berlin",
  });
  await post("/budgets", {
    ...hard,
    name: "Support's drafts",
    scope: { type: "team", id: "support" },
    period: "day",
    limit_usd: "5",
  });
  await post("/budgets", {
    name: "Each user",
    scope: { type: "user" },
    period: "week",
    limit_tokens: 2_000_000,
    enforcement: "soft",
  });
  await post("/budgets", {
    name: "Ada's test key",
    scope: { type: "key", id: made[3]?.id },
    period: "total",
    limit_usd: "0.0001",
    enforcement: "hard",
  });
  await post("/rate-limits", {
    name: "Each user",
    scope: { type: "user" },
    requests_per_minute: 60,
    tokens_per_day: 1_000_000,
  });
  await post("/rate-limits", {
    name: "The whole organization",
    scope: { type: "tenant" },
    requests_per_minute: 6_000,
    concurrent: 200,
  });
  await post("/sinks", {
    type: "otlp",
    name: "Grafana",
    url: "https://otlp.example.com",
    headers: { "api-key": "0123456789" },
  });
  await post("/sinks", { type: "webhook", name: "Warehouse", url: "https://ingest.example.com/usage", enabled: false });
  for (const [provider, api_key] of [
    ["openai", "sk-proj-0000000000a1b2"],
    ["anthropic", "sk-ant-00000000c3d4"],
    ["google", "AIza0000000000e5f6"],
  ]) {
    await call("PUT", `/${tenant}/credentials/${provider}`, { api_key });
  }
  await post("/credentials", {
    provider: "openai",
    name: "Second organization",
    api_key: "sk-proj-0000000000zzzz",
    weight: 2,
  });
  await call("PUT", `/${tenant}/credentials/vllm-house`, {
    api_key: "local",
    base_url: "https://llm.example.com/v1",
    dialect: "chat",
  });
  const targets = [
    { model: "openai/gpt-5-mini", when: { "tags.env": "prod" } },
    { strategy: "cheapest", targets: [{ model: "anthropic/claude-haiku-4-5" }, { model: "google/gemini-2.5-flash" }] },
  ];
  await call("PUT", `/${tenant}/routes/fast`, {
    strategy: "fallback",
    targets,
    retries: { attempts: 2, max_delay_ms: 5_000 },
    timeouts: { first_byte_ms: 30_000 },
  });
  await call("PUT", `/${tenant}/routes/fast`, {
    strategy: "fallback",
    targets,
    retries: { attempts: 3, max_delay_ms: 5_000 },
    timeouts: { first_byte_ms: 20_000 },
  });
  await call("PUT", `/${tenant}/routes/split`, {
    strategy: "weighted",
    targets: [
      { model: "openai/gpt-5", weight: 9 },
      { model: "anthropic/claude-sonnet-4-5", weight: 1 },
    ],
  });
  await post("/prices", {
    name: "Ours",
    provider: "vllm-house",
    model: "llama-4-70b",
    per_million_tokens: { input: "0.40", output: "1.20" },
  });
  await post("/tokens", { name: "ci", role: "admin", expires_at: "2027-01-01T00:00:00Z" });
  await post("/tokens", { name: "Grafana", role: "viewer", actions: ["read"] });
  const invited = await post<{ link: string }>("/invitations", { email: "grace@example.com", role: "developer" });
  await post("/invitations", { email: "alan.turing@a-company-with-a-long-name.example.com", role: "admin" });
  let request = "";
  const ask = async (key: string, n: number): Promise<void> => {
    const response = await fetch(`${url}/openai/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "x-meterr-session": "agent/refund-4711",
        "x-meterr-tags": "feature=draft,env=dev",
      },
      body: JSON.stringify({
        model: "gpt-5-mini",
        stream: n % 2 === 0,
        max_completion_tokens: 60,
        messages: [{ role: "user", content: `Write line ${n}` }],
      }),
    });
    await response.text();
    if (response.ok) request = response.headers.get("x-meterr-request-id") ?? request;
  };
  for (let n = 0; n < 6; n++) await ask(made[4]?.key ?? "", n);
  for (let n = 0; n < 4; n++) await ask(made[3]?.key ?? "", n);
  const events = Array.from({ length: 240 }, (_, n) => ({
    id: `today:${n}`,
    time: new Date(Date.now() - n * 30_000).toISOString(),
    ...(n % 3 === 0
      ? { provider: "anthropic", model: "claude-haiku-4-5" }
      : { provider: "openai", model: "gpt-5-mini" }),
    team: n % 2 === 0 ? "search" : "support",
    user: n % 2 === 0 ? "ada" : "grace-hopper",
    tokens: { input: 4_000 + n * 11, output: 300 + n },
    cost_usd: n % 2 === 0 ? "0.119" : "0.0483",
    latency_ms: 900 + n * 7,
  }));
  await post("/usage", { events });
  const empty = await call<{ id: string }>("POST", "", { name: "Nothing yet" });
  const ofEmpty = await call<{ link: string }>("POST", `/${empty.id}/invitations`, { email: OWNER, role: "owner" });
  const colleague = await post<{ link: string }>("/invitations", { email: "ada@example.com", role: "admin" });
  return {
    emptyTenant: empty.id,
    request,
    invitation: invited.link,
    emptyInvitation: ofEmpty.link,
    colleague: colleague.link,
  };
}
