import { beforeAll, describe, expect, it } from "vitest";
import { call, newTenant, OPERATOR, operator, tokenOf } from "./test-kit.ts";

/** One of each kind of record: a body that makes it, a change, and what the change looks like. */
const KINDS = [
  { path: "teams", body: { name: "Search" }, patch: { name: "Ranking" }, once: [] },
  { path: "users", body: { name: "Ada", id: "ada@example.com" }, patch: { name: "Ada L." }, once: [] },
  { path: "keys", body: { name: "prod" }, patch: { name: "staging" }, once: ["key"] },
  {
    path: "credentials",
    body: { provider: "openai", name: "second", api_key: "sk-0123456789abcdef" },
    patch: { weight: 3 },
    once: [],
  },
  {
    path: "budgets",
    body: { name: "all", scope: { type: "tenant" }, period: "month", limit_usd: "12.5", enforcement: "hard" },
    patch: { limit_usd: "20.000000001" },
    once: [],
  },
  {
    path: "prices",
    body: { provider: "openai", model: "gpt-5-mini", per_million_tokens: { input: "0.2", output: "1.6" } },
    patch: { per_million_tokens: { input: "0.19" }, per_request: "0.0001" },
    once: [],
  },
  { path: "tokens", body: { name: "ci", role: "viewer" }, patch: { name: "cd" }, once: ["token"] },
  {
    path: "rate-limits",
    body: { name: "minute", scope: { type: "user" }, requests_per_minute: 60 },
    patch: { requests_per_minute: 30 },
    once: [],
  },
  {
    path: "alerts",
    body: { type: "webhook", name: "pager", url: "https://hooks.example.com/a/b/c/d/e" },
    patch: { enabled: false },
    once: ["secret"],
  },
  {
    path: "sinks",
    body: { type: "webhook", name: "warehouse", url: "https://hooks.example.com/a", enabled: false },
    patch: { url: "https://hooks.example.com/b" },
    once: ["secret"],
  },
];

let tenant = "";
let other = "";
const at = (path: string, id?: string) =>
  `/api/v1/tenants/${tenant}/${path}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

beforeAll(async () => {
  tenant = await newTenant();
  other = await newTenant("Other");
});

it.each([".", ".."])("no team or user has the id %s, which no address has in its path", async (id) => {
  for (const path of ["teams", "users"]) {
    const answer = await operator("POST", at(path), { id, name: "x" });
    expect(answer.body.error).toMatchObject({ code: "invalid_request", details: { field: "id" } });
  }
});

describe.each(KINDS)("/$path", ({ path, body, patch, once }) => {
  it("are made, listed, read, changed and removed", async () => {
    const made = await operator("POST", at(path), body);
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    expect(made.body.id).toBeTypeOf("string");
    expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    const secrets: readonly string[] = once;
    const record = Object.fromEntries(Object.entries(made.body).filter(([name]) => !secrets.includes(name)));
    const { id } = made.body;

    expect((await operator("GET", at(path, id))).body).toEqual(record);
    const listed = await operator("GET", at(path));
    expect(listed.body.next_cursor).toBeNull();
    expect(listed.body.data).toContainEqual(record);

    const changed = await operator("PATCH", at(path, id), patch);
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body).toMatchObject(patch);
    expect((await operator("GET", at(path, id))).body).toEqual(changed.body);
    expect((await operator("PATCH", at(path, id), {})).body).toEqual(changed.body);
    const { body: audit } = await operator("GET", `/api/v1/tenants/${tenant}/audit?action=update&record=${id}`);
    expect(audit.data, "entries of the one change").toHaveLength(1);

    const removed = await operator("DELETE", at(path, id));
    expect(removed.body).toEqual({ id, deleted: true });
    expect((await operator("DELETE", at(path, id))).status).toBe(404);
  });

  it("name the field that is unknown, missing or wrong", async () => {
    const unknown = await operator("POST", at(path), { ...body, colour: "red" });
    expect(unknown.status).toBe(400);
    expect(unknown.body.error).toMatchObject({ code: "invalid_request", details: { field: "colour" } });
    expect((await operator("POST", at(path), {})).status).toBe(400);
    const wrong = await operator("POST", at(path), { ...body, name: 7 });
    expect(wrong.body.error).toMatchObject({ details: { field: "name" } });
    for (const text of ["{", "[]", "null", '"x"', "7"])
      expect((await operator("POST", at(path), text)).status, text).toBe(400);
    expect((await operator("PATCH", at(path, "nope"), patch)).status).toBe(404);
    expect((await operator("GET", at(path, "nope"))).status).toBe(404);
    for (const cursor of ["x", "x:y", "", "1:"]) {
      const lost = await operator("GET", at(`${path}?cursor=${cursor}`));
      expect(lost.body.error, cursor).toMatchObject({ code: "invalid_request", details: { field: "cursor" } });
    }
  });

  it("are made once for one Idempotency-Key, however often it is sent, and a secret comes again", async () => {
    const headers = { "idempotency-key": `once-${path}` };
    const unique = "id" in body ? { ...body, id: "once" } : { ...body, name: "once" };
    const answers = await Promise.all([1, 2, 3, 4].map(() => operator("POST", at(path), unique, headers)));
    const late = await operator("POST", at(path), unique, headers);
    for (const answer of [...answers, late]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(answers[0]?.body);
    }
    for (const name of once) expect(late.body[name]).toBeTypeOf("string");
    const listed = await operator("GET", at(path));
    expect(listed.body.data.filter((each: { id: string }) => each.id === late.body.id)).toHaveLength(1);
    expect(listed.body.data.filter((each: { name: string }) => each.name === late.body.name)).toHaveLength(1);

    const reused = await operator("POST", at(path), { ...unique, name: "another" }, headers);
    expect(reused.status).toBe(409);
    expect(reused.body.error.code).toBe("conflict");
    expect((await operator("POST", at(path), body, { "idempotency-key": "x".repeat(256) })).status).toBe(400);
  });

  it("of another tenant are not there", async () => {
    const headers = await tokenOf(other, "owner");
    const { body: made } = await operator("POST", at(path), {
      ...body,
      name: "mine",
      ...("id" in body && { id: "mine" }),
    });
    for (const [method, url, sent] of [
      ["GET", at(path), undefined],
      ["POST", at(path), body],
      ["GET", at(path, made.id), undefined],
      ["PATCH", at(path, made.id), patch],
      ["DELETE", at(path, made.id), undefined],
    ] as const) {
      const answer = await call(method, url, { headers, body: sent });
      expect(answer.status, `${method} ${url}`).toBe(404);
      expect(answer.body.error.code).toBe("not_found");
    }
    // Nor under the other tenant's own path.
    expect((await call("GET", `/api/v1/tenants/${other}/${path}/${made.id}`, { headers })).status).toBe(404);
    expect((await operator("GET", at(path, made.id))).status).toBe(200);
  });
});

describe("lists", () => {
  it("come in pages, newest first, each record once", async () => {
    const paged = await newTenant("Paged");
    const url = `/api/v1/tenants/${paged}/teams`;
    for (const name of ["a", "b", "c", "d", "e"]) await operator("POST", url, { name, id: name });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: { data: { id: string }[]; next_cursor: string | null } } = await operator(
        "GET",
        `${url}?limit=2${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.body.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.data.map(({ id }) => id));
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it.each(["limit=0", "limit=501", "limit=x", "limit=1.5", "colour=red", "cursor="])("refuse ?%s", async (query) => {
    expect((await operator("GET", `${at("teams")}?${query}`)).status).toBe(400);
  });
});

describe("a record with an id of the caller's", () => {
  it("is there once", async () => {
    await operator("POST", at("teams"), { id: "twice", name: "a" });
    const second = await operator("POST", at("teams"), { id: "twice", name: "b" });
    expect(second.status).toBe(409);
    expect((await operator("GET", at("teams", "twice"))).body.name).toBe("a");
  });

  it("may have any printable characters", async () => {
    const id = "Müller/Söhne & Co?#%20";
    await operator("POST", at("users"), { id, name: "x" });
    expect((await operator("GET", at("users", id))).body.id).toBe(id);
    expect((await operator("POST", at("users"), { id: "a\nb", name: "x" })).status).toBe(400);
  });
});

describe("a role", () => {
  const budget = KINDS[4]?.body;
  it.each([
    ["owner", { GET: 200, keys: 200, budgets: 200, teams: 200, tokens: 200, audit: 200 }],
    ["admin", { GET: 200, keys: 200, budgets: 200, teams: 200, tokens: 200, audit: 200 }],
    ["developer", { GET: 200, keys: 200, budgets: 403, teams: 403, tokens: 403, audit: 403 }],
    ["billing", { GET: 200, keys: 403, budgets: 200, teams: 403, tokens: 403, audit: 403 }],
    ["viewer", { GET: 200, keys: 403, budgets: 403, teams: 403, tokens: 403, audit: 403 }],
  ])("%s may do its part and no more", async (role, expected) => {
    const headers = await tokenOf(tenant, role);
    const statusOf = async (method: string, path: string, body?: unknown) =>
      (await call(method, at(path), { headers, body })).status;
    expect({
      GET: await statusOf("GET", "keys"),
      keys: await statusOf("POST", "keys", { name: "k" }),
      budgets: await statusOf("POST", "budgets", budget),
      teams: await statusOf("POST", "teams", { name: "t" }),
      tokens: await statusOf("POST", "tokens", { name: "t", role: "viewer" }),
      audit: await statusOf("GET", "audit"),
    }).toEqual(expected);
  });

  it("admin makes no owner, and does not change one", async () => {
    const admin = await tokenOf(tenant, "admin");
    const { body: owner } = await operator("POST", at("tokens"), { name: "o", role: "owner" });
    expect((await call("POST", at("tokens"), { headers: admin, body: { name: "o", role: "owner" } })).status).toBe(403);
    const { body: mine } = await call("POST", at("tokens"), { headers: admin, body: { name: "m", role: "admin" } });
    expect((await call("PATCH", at("tokens", mine.id), { headers: admin, body: { role: "owner" } })).status).toBe(403);
    expect((await call("PATCH", at("tokens", owner.id), { headers: admin, body: { role: "viewer" } })).status).toBe(
      403,
    );
  });
});

describe("a management token", () => {
  it("ends when it is removed, and when it expires", async () => {
    const { body: token } = await operator("POST", at("tokens"), { name: "t", role: "viewer" });
    const headers = { authorization: `Bearer ${token.token}` };
    expect((await call("GET", "/api/v1/me", { headers })).body).toMatchObject({
      tenants: [{ id: tenant, role: "viewer" }],
    });
    await operator("DELETE", at("tokens", token.id));
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(401);
    const past = { name: "t", role: "viewer", expires_at: "2020-01-01T00:00:00Z" };
    const { body: expired } = await operator("POST", at("tokens"), past);
    expect(expired.expires_at).toBe("2020-01-01T00:00:00.000Z");
    const late = await call("GET", at("keys"), { headers: { authorization: `Bearer ${expired.token}` } });
    expect(late.status).toBe(401);
  });

  it("is no way in when it is a key, or forged", async () => {
    const { body: key } = await operator("POST", at("keys"), { name: "k" });
    const { body: token } = await operator("POST", at("tokens"), { name: "t", role: "owner" });
    const forged = token.token.replace(tenant, other);
    for (const secret of [key.key, forged, `${token.token}x`]) {
      const answer = await call("GET", at("keys"), { headers: { authorization: `Bearer ${secret}` } });
      expect(answer.status).toBe(401);
    }
  });
});

describe("a tenant that is not there", () => {
  it.each(["zzzzzzzzzzzz", "short", "../../x", "Tenant00000%C3%A9"])("is a 404 for %s", async (id) => {
    const answer = await call("GET", `/api/v1/tenants/${id}/keys`, { headers: OPERATOR });
    expect(answer.status).toBe(404);
  });
});
