/** Nobody gets at another tenant: every route of the API, as it is mounted, times everybody who has no business there. */
import { beforeAll, describe, expect, it } from "vitest";
import { api } from "./api.ts";
import { call, newTenant, operator, signIn, tokenOf } from "./test-kit.ts";

/** What is mounted, a method and a path each; a route that is added is tested with the others. */
const ROUTES = api.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/v1/"));
const OF_TENANT = ROUTES.filter(({ path }) => path.includes("/:tenant"));
const OF_OPERATOR = ROUTES.filter(({ path }) => /\/operator\/|\/api\/v1\/tenants$/.test(path));
/** Who made an object may do with it what its path says; these ids are the victim's own. */
const OBJECTS: Record<string, { path: string; body: object }> = {
  keys: { path: "keys", body: { name: "victim" } },
  budgets: {
    path: "budgets",
    body: { name: "victim", scope: { type: "tenant" }, period: "total", limit_usd: "1", enforcement: "hard" },
  },
  credentials: { path: "credentials", body: { provider: "openai", name: "victim", api_key: "sk-victim-0123456789" } },
  alerts: { path: "alerts", body: { type: "webhook", url: "https://hooks.example.com/victim" } },
  sinks: { path: "sinks", body: { type: "webhook", url: "https://hooks.example.com/victim" } },
  tokens: { path: "tokens", body: { name: "victim", role: "viewer" } },
};

let victim = "";
let stranger = "";
let session: Awaited<ReturnType<typeof signIn>>;
const ids = new Map<string, string>();
let key = "";

beforeAll(async () => {
  victim = await newTenant("Victim");
  stranger = await newTenant("Stranger");
  session = await signIn();
  for (const [name, { path, body }] of Object.entries(OBJECTS)) {
    const made = await operator("POST", `/api/v1/tenants/${victim}/${path}`, body);
    expect(made.status, `${name} ${JSON.stringify(made.body)}`).toBe(200);
    ids.set(name, made.body.id);
    if (name === "keys") key = made.body.key;
  }
});

/** The path with `tenant`, and an id of the victim's wherever one stands. */
function filled(path: string, tenant: string): string {
  const resource = /:tenant\/([\w-]+)/.exec(path)?.[1] ?? "";
  return path.replace(":tenant", tenant).replace(/:\w+/g, ids.get(resource) ?? "some_id");
}

const bodyOf = (method: string) => (method === "GET" || method === "DELETE" ? undefined : {});

/** Everything that the victim's lists show, in one text. */
async function all(tenant: string): Promise<string> {
  const lists = await Promise.all(
    Object.values(OBJECTS).map(({ path }) => operator("GET", `/api/v1/tenants/${tenant}/${path}`)),
  );
  return JSON.stringify(lists.map(({ body }) => body.data));
}

it("has routes to test", () => {
  expect(OF_TENANT.length).toBeGreaterThan(50);
  expect(OF_OPERATOR.length).toBeGreaterThan(4);
});

describe("another tenant", () => {
  it("finds nothing behind any route, with the token of its owner or its owner's session", async () => {
    const before = await all(victim);
    const owner = await tokenOf(stranger, "owner");
    for (const { method, path } of OF_TENANT) {
      for (const headers of [owner, session.headers]) {
        const answer = await call(method, filled(path, victim), { headers, body: bodyOf(method) });
        // Removing a tenant is the operator's: that it is none of theirs is no secret.
        expect([403, 404], `${method} ${path}`).toContain(answer.status);
        expect(JSON.stringify(answer.body)).not.toMatch(/victim|Victim/);
      }
    }
    expect(await all(victim)).toBe(before);
  });

  it("finds none of this one's objects under its own name", async () => {
    const before = await all(victim);
    const owner = await tokenOf(stranger, "owner");
    let tried = 0;
    for (const { method, path } of OF_TENANT) {
      const resource = /:tenant\/([\w-]+)\/:/.exec(path)?.[1] ?? "";
      // PUT makes a tenant's own object of that name.
      if (!ids.has(resource) || method === "PUT") continue;
      tried += 1;
      const answer = await call(method, filled(path, stranger), { headers: owner, body: bodyOf(method) });
      const isEmptyList = answer.status === 200 && answer.body.data?.length === 0;
      expect(isEmptyList || answer.status === 404, `${method} ${path} ${answer.status}`).toBe(true);
    }
    expect(tried).toBeGreaterThan(15);
    expect(await all(victim)).toBe(before);
  });
});

it("nobody, an API key, a made-up token or a wrong scheme gets nowhere", async () => {
  const callers: Record<string, string>[] = [
    {},
    { authorization: `Bearer ${key}` },
    { authorization: `Bearer mtm_1${victim}_${"A".repeat(32)}_${"A".repeat(22)}` },
    { authorization: "Basic bXRhX3Rlc3Q6" },
    { authorization: "Bearer " },
    { "x-api-key": "mta_test" },
    { cookie: "meterr.session_token=made.up" },
  ];
  for (const { method, path } of [...OF_TENANT, ...OF_OPERATOR]) {
    for (const headers of callers) {
      const answer = await call(method, filled(path, victim), { headers, body: bodyOf(method) });
      expect(answer.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(401);
    }
  }
});

it("an owner does nothing that is the operator's", async () => {
  const owner = await tokenOf(stranger, "owner");
  for (const { method, path } of OF_OPERATOR) {
    const answer = await call(method, path, { headers: owner, body: bodyOf(method) });
    expect(answer.status, `${method} ${path}`).toBe(403);
  }
});

it("a viewer changes nothing, by any route", async () => {
  const before = await all(victim);
  const viewer = await tokenOf(victim, "viewer");
  const withToken = await all(victim);
  for (const { method, path } of OF_TENANT) {
    // To explain and to forecast is to read.
    if (method === "GET") continue;
    // A document without a section changes nothing of it, which anybody may.
    const body = path.endsWith("/config") ? { budgets: [] } : bodyOf(method);
    const answer = await call(method, filled(path, victim), { headers: viewer, body });
    // Views are a person's own: of a token there is none.
    if (answer.status !== 403) expect([400, 404], `${method} ${path} ${answer.status}`).toContain(answer.status);
  }
  expect(withToken).not.toBe(before);
  expect(await all(victim)).toBe(withToken);
});

it("a role hands out no token that may do more than itself", async () => {
  for (const role of ["developer", "billing", "viewer"]) {
    const headers = await tokenOf(stranger, role);
    const body = { name: "more", role: "owner" };
    expect((await call("POST", `/api/v1/tenants/${stranger}/tokens`, { headers, body })).status).toBe(403);
  }
  const admin = await tokenOf(stranger, "admin");
  const asOwner = { headers: admin, body: { name: "more", role: "owner" } };
  expect((await call("POST", `/api/v1/tenants/${stranger}/tokens`, asOwner)).status).toBe(403);
});

describe("an address that a tenant names", () => {
  /** One of each kind; `upstream-url.test.ts` has the whole list. */
  const INSIDE = [
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://0177.0.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/x",
    "https://10.0.0.1/x",
    "https://[::1]/x",
    "https://[::ffff:169.254.169.254]/x",
    "https://[fe80::1]/x",
    "https://[fd00::1]/x",
    "https://localhost/x",
    "https://user:pass@api.example.com/x",
    "http://api.example.com/x",
    "file:///etc/passwd",
    "https://api.example.com\\@127.0.0.1/x",
  ];
  const PLACES: [string, string, string, (url: string) => object][] = [
    ["a credential's origin", "PUT", "credentials/openai", (origin) => ({ api_key: "sk-0123456789", origin })],
    ["a credential's base URL", "PUT", "credentials/mine", (base_url) => ({ api_key: "sk-0123456789", base_url })],
    ["a sink", "POST", "sinks", (url) => ({ type: "webhook", url })],
    ["an OpenTelemetry sink", "POST", "sinks", (url) => ({ type: "otlp", url })],
    ["an alert's webhook", "POST", "alerts", (url) => ({ type: "webhook", url })],
    ["an alert's Slack", "POST", "alerts", (url) => ({ type: "slack", url })],
  ];
  it.each(PLACES)("is never inside, nor with a password: %s", async (_, method, path, body) => {
    const owner = await tokenOf(stranger, "owner");
    const ask = (url: string) =>
      call(method, `/api/v1/tenants/${stranger}/${path}`, {
        headers: owner,
        body: body(url),
        bindings: { METERR_ALLOW_PRIVATE_UPSTREAMS: "0" },
      });
    for (const url of INSIDE) expect((await ask(url)).status, url).toBe(400);
    expect((await ask("https://api.example.com/x")).status).toBe(200);
  });
});
