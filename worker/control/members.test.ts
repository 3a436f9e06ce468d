// Loaded before the tests: under a test runner it takes seconds.
import "../auth/better.ts";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { browserOf, call, newMember, newTenant, ORIGIN, operator, PASSWORD, tokenOf } from "./test-kit.ts";

let tenant = "";
let owner: Record<string, string>;
let developer: Record<string, string>;
beforeAll(async () => {
  tenant = await newTenant();
  owner = await newMember(tenant, "owner", "olga@example.com");
  developer = await newMember(tenant, "developer", "dan@example.com");
});

const at = (path: string, of = tenant) => `/api/v1/tenants/${of}/${path}`;
const invite = (body: object, headers = owner) => call("POST", at("invitations"), { headers, body });
const tokenIn = (link: string) => new URL(link).searchParams.get("token");
const accept = (token: string | null, headers: Record<string, string> = { origin: ORIGIN }, body = {}) =>
  call("POST", "/api/v1/invitations/accept", { headers, body: { token, ...body } });
const asNew = { name: "New", password: PASSWORD };
const members = async (of = tenant) => (await operator("GET", at("members", of))).body.data;
const memberId = async (email: string, of = tenant) =>
  (await members(of)).find((each: { email: string }) => each.email === email)?.id;

describe("an invitation", () => {
  it("makes somebody new a member, signed in, as a user of keys and budgets", async () => {
    const made = await invite({ email: "Ada@Example.com", role: "billing" });
    expect(made.body).toMatchObject({ email: "ada@example.com", role: "billing", status: "pending", emailed: false });
    const token = tokenIn(made.body.link);
    const seen = await call("POST", "/api/v1/invitations/look", { body: { token } });
    expect(seen.body).toMatchObject({ organization: "Acme", email: "ada@example.com", has_account: false });
    const accepted = await accept(token, undefined, asNew);
    expect(accepted.body).toEqual({ tenant });
    const { body: me } = await call("GET", "/api/v1/me", { headers: browserOf(accepted) });
    expect(me.user).toMatchObject({ email: "ada@example.com", email_verified: false, sign_in: ["password"] });
    expect(me.tenants).toMatchObject([{ id: tenant, role: "billing", user: "ada@example.com" }]);
    expect((await operator("GET", at("users/ada@example.com"))).body).toMatchObject({ name: "New" });
  });

  it("works once, however many try at once", async () => {
    const { body } = await invite({ email: "once@example.com", role: "viewer" });
    const token = tokenIn(body.link);
    const answers = await Promise.all([1, 2, 3].map(() => accept(token, undefined, asNew).catch(() => null)));
    expect(answers.filter((answer) => answer?.status === 200)).toHaveLength(1);
    expect((await accept(token, undefined, asNew)).status).toBe(404);
    expect((await call("POST", "/api/v1/invitations/look", { body: { token } })).status).toBe(404);
    expect((await members()).filter((each: { email: string }) => each.email === "once@example.com")).toHaveLength(1);
  });

  it("ends when it is canceled, has expired, is sent anew or is made again", async () => {
    const canceled = await invite({ email: "end@example.com", role: "viewer" });
    expect((await call("DELETE", at(`invitations/${canceled.body.id}`), { headers: owner })).status).toBe(200);
    const first = await invite({ email: "end@example.com", role: "viewer" });
    const again = await call("POST", at(`invitations/${first.body.id}/resend`), { headers: owner, body: {} });
    const second = await invite({ email: "end@example.com", role: "admin" });
    const expired = await invite({ email: "late@example.com", role: "viewer", expires_in_days: 1 });
    await env.DB.prepare("UPDATE invitation SET expires_at = ? WHERE id = ?").bind(Date.now(), expired.body.id).run();
    for (const { body } of [canceled, first, again, expired]) {
      expect((await accept(tokenIn(body.link), undefined, asNew)).status).toBe(404);
    }
    expect((await accept(tokenIn(second.body.link), undefined, asNew)).status).toBe(200);
    const { body: list } = await call("GET", at("invitations"), { headers: owner });
    const statuses = Object.fromEntries(
      list.data.map((each: { id: string; status: string }) => [each.id, each.status]),
    );
    expect(statuses).toMatchObject({
      [canceled.body.id]: "canceled",
      [first.body.id]: "canceled",
      [second.body.id]: "accepted",
      [expired.body.id]: "expired",
    });
    expect((await call("DELETE", at(`invitations/${second.body.id}`), { headers: owner })).status).toBe(409);
  });

  it("is joined by who has an account as who they are, signed in, and by nobody else", async () => {
    const other = await newTenant("Other");
    const made = await operator("POST", at("invitations", other), { email: "dan@example.com", role: "admin" });
    const token = tokenIn(made.body.link);
    // Whoever got hold of the link sets no password for an account that there is.
    expect((await accept(token, undefined, asNew)).status).toBe(409);
    expect((await accept(token, owner)).status).toBe(409);
    expect((await accept(token, { ...developer, origin: "https://evil.example" })).status).toBe(403);
    expect((await accept(token, { cookie: developer.cookie ?? "" })).status).toBe(403);
    expect((await accept(token, developer)).body).toEqual({ tenant: other });
    const { body } = await call("GET", "/api/v1/me", { headers: developer });
    expect(body.tenants.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      [tenant, "developer"],
      [other, "admin"],
    ]);
  });

  it("is not for members, nor for a role beyond the inviter's own", async () => {
    expect((await invite({ email: "dan@example.com", role: "viewer" })).status).toBe(409);
    const admin = await newMember(tenant, "admin", "amy@example.com");
    expect((await invite({ email: "x@example.com", role: "owner" }, admin)).status).toBe(403);
    expect((await invite({ email: "x@example.com", role: "admin" }, admin)).status).toBe(200);
    // A token appoints nobody who may do what no token may.
    const token = await tokenOf(tenant, "owner");
    expect((await invite({ email: "x@example.com", role: "admin" }, token)).status).toBe(403);
    expect((await invite({ email: "x@example.com", role: "developer" }, token)).status).toBe(200);
    const { body } = await operator("POST", at("tokens"), { name: "less", role: "admin", actions: ["members"] });
    const narrow = { authorization: `Bearer ${body.token}` };
    expect((await invite({ email: "x@example.com", role: "developer" }, narrow)).status).toBe(403);
  });

  it("is told once, and stands nowhere else", async () => {
    const { body } = await invite({ email: "secret@example.com", role: "viewer" });
    const token = tokenIn(body.link) ?? "";
    const places = await Promise.all([
      operator("GET", at("invitations")),
      operator("GET", at("audit")),
      env.DB.prepare("SELECT * FROM invitation").all(),
    ]);
    expect(JSON.stringify(places)).not.toContain(token);
    const again = { "idempotency-key": "the same" };
    const asked = { headers: { ...owner, ...again }, body: { email: "twice@example.com", role: "viewer" } };
    const first = await call("POST", at("invitations"), asked);
    expect((await call("POST", at("invitations"), asked)).body).toEqual(first.body);
  });
});

describe("a member", () => {
  it("gets another role at once, from who may give it", async () => {
    const eve = await newMember(tenant, "viewer", "eve@example.com");
    const path = at(`members/${await memberId("eve@example.com")}`);
    const make = (role: string, headers: Record<string, string>) => call("PATCH", path, { headers, body: { role } });
    const admin = await tokenOf(tenant, "admin");
    expect((await make("owner", admin)).status).toBe(403);
    expect((await make("billing", admin)).body).toMatchObject({ role: "billing" });
    expect((await call("GET", "/api/v1/me", { headers: eve })).body.tenants[0].role).toBe("billing");
    expect((await make("owner", owner)).status).toBe(200);
    expect((await make("viewer", admin)).status).toBe(403);
    expect((await call("DELETE", path, { headers: admin })).status).toBe(403);
    expect(
      (await call("PATCH", path, { headers: { ...owner, "if-match": '"old"' }, body: { role: "viewer" } })).status,
    ).toBe(412);
    expect((await make("viewer", owner)).status).toBe(200);
    const { body } = await operator("GET", at("audit"));
    expect(body.data[0]).toMatchObject({
      actor: expect.stringMatching(/^user:/),
      action: "update",
      kind: "member",
      before: { role: "owner" },
      after: { role: "viewer" },
    });
  });

  it("sees nothing any more once removed, and their keys end where that is asked for", async () => {
    const fay = await newMember(tenant, "admin", "fay@example.com");
    const mine = { name: "fay's", user: "fay@example.com" };
    const { body: key } = await call("POST", at("keys"), { headers: fay, body: mine });
    const { body: token } = await call("POST", at("tokens"), { headers: fay, body: { name: "t", role: "viewer" } });
    const bearer = { authorization: `Bearer ${token.token}` };
    expect((await call("GET", at("keys"), { headers: bearer })).status).toBe(200);
    const id = await memberId("fay@example.com");
    const gone = await call("DELETE", at(`members/${id}?revoke_keys=1`), { headers: owner });
    expect(gone.body).toEqual({ id, deleted: true });
    expect((await call("GET", at("keys"), { headers: fay })).status).toBe(404);
    expect((await call("GET", "/api/v1/me", { headers: fay })).body.tenants).toEqual([]);
    expect((await operator("GET", at(`keys/${key.id}`))).body.revoked_at).not.toBeNull();
    expect((await call("GET", at("keys"), { headers: bearer })).status).toBe(401);
  });

  it("is not removed, demoted or gone as the last owner, however many owners leave at once", async () => {
    const small = await newTenant("Small");
    const [one, two] = [
      await newMember(small, "owner", "one@example.com"),
      await newMember(small, "owner", "two@example.com"),
    ];
    const leave = (headers: Record<string, string>) => call("POST", at("leave", small), { headers, body: {} });
    const left = await Promise.all([leave(one), leave(two)]);
    expect(left.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [last] = await members(small);
    const path = at(`members/${last.id}`, small);
    expect((await operator("DELETE", path)).status).toBe(409);
    expect((await operator("PATCH", path, { role: "admin" })).status).toBe(409);
    expect((await members(small)).map(({ role }: { role: string }) => role)).toEqual(["owner"]);
  });

  it("is not somebody who takes a token for a person", async () => {
    const viewer = await tokenOf(tenant, "viewer");
    expect((await call("POST", at("leave"), { headers: viewer, body: {} })).status).toBe(403);
  });
});

describe("a developer", () => {
  it("makes and sees keys of their own alone, by every route", async () => {
    const { body: theirs } = await operator("POST", at("keys"), { name: "not dan's", user: "olga@example.com" });
    const mine = await call("POST", at("keys"), { headers: developer, body: { name: "mine" } });
    expect(mine.body.user).toBe("dan@example.com");
    const { body: list } = await call("GET", at("keys?limit=1"), { headers: developer });
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual([mine.body.id]);
    const { body: config } = await call("GET", at("config"), { headers: developer });
    expect(config.keys.map(({ id }: { id: string }) => id)).toEqual([mine.body.id]);
    const other = { headers: developer, body: { name: "stolen" } };
    expect((await call("GET", at(`keys/${theirs.id}`), { headers: developer })).status).toBe(404);
    expect((await call("PATCH", at(`keys/${theirs.id}`), other)).status).toBe(404);
    expect((await call("POST", at(`keys/${theirs.id}/rotate`), { headers: developer, body: {} })).status).toBe(404);
    expect((await call("DELETE", at(`keys/${theirs.id}`), { headers: developer })).status).toBe(404);
    const asOlga = { headers: developer, body: { name: "x", user: "olga@example.com" } };
    expect((await call("POST", at("keys"), asOlga)).status).toBe(403);
    for (const user of ["olga@example.com", null]) {
      const given = { headers: developer, body: { user } };
      expect((await call("PATCH", at(`keys/${mine.body.id}`), given)).status).toBe(403);
    }
    const taken = { headers: developer, body: { keys: [{ id: theirs.id, name: "taken" }] } };
    expect((await call("PUT", at("config"), taken)).status).toBeGreaterThanOrEqual(400);
    expect((await operator("GET", at(`keys/${theirs.id}`))).body).toMatchObject({
      name: "not dan's",
      revoked_at: null,
    });
  });

  it("keeps their keys when their email changes, and nobody gets them by taking the old one", async () => {
    const gil = await newMember(tenant, "developer", "gil@example.com");
    const { body: key } = await call("POST", at("keys"), { headers: gil, body: { name: "gil's" } });
    const change = { headers: gil, body: { email: "gil@example.org", current_password: PASSWORD } };
    expect((await call("PUT", "/api/v1/me/email", change)).body).toEqual({ email: "gil@example.org", confirm: false });
    expect((await call("GET", at(`keys/${key.id}`), { headers: gil })).status).toBe(200);
    const impostor = await newMember(tenant, "developer", "gil@example.com");
    expect((await call("GET", at(`keys/${key.id}`), { headers: impostor })).status).toBe(404);
    const { body: made } = await call("POST", at("keys"), { headers: impostor, body: { name: "theirs" } });
    expect(made.user).toBe(await memberId("gil@example.com"));
  });

  it("may be a token, with keys of its own or of a person", async () => {
    const token = async (more: object) => {
      const { body } = await operator("POST", at("tokens"), { name: "t", role: "developer", ...more });
      return { id: body.id, headers: { authorization: `Bearer ${body.token}` } };
    };
    const [itself, dans] = [await token({}), await token({ user: "dan@example.com" })];
    const own = await call("POST", at("keys"), { headers: itself.headers, body: { name: "k" } });
    expect(own.body.user).toBe(itself.id);
    const asDan = await call("POST", at("keys"), { headers: dans.headers, body: { name: "k" } });
    expect((await call("GET", at(`keys/${asDan.body.id}`), { headers: developer })).status).toBe(200);
    expect((await call("GET", at(`keys/${own.body.id}`), { headers: developer })).status).toBe(404);
  });
});

describe("a token with less than its role", () => {
  it("does that alone, and hands out no more", async () => {
    const narrow = { name: "narrow", role: "admin", actions: ["read", "budgets", "tokens"] };
    const { body } = await operator("POST", at("tokens"), narrow);
    const headers = { authorization: `Bearer ${body.token}` };
    expect((await call("GET", "/api/v1/me", { headers })).body.tenants[0].actions.sort()).toEqual([
      "budgets",
      "read",
      "tokens",
    ]);
    expect((await call("POST", at("keys"), { headers, body: { name: "k" } })).status).toBe(403);
    const applied = await call("PUT", at("config"), { headers, body: { teams: [{ id: "t", name: "T" }] } });
    expect(applied.status).toBe(403);
    const make = (more: object) => call("POST", at("tokens"), { headers, body: { name: "more", ...more } });
    expect((await make({ role: "admin" })).status).toBe(403);
    expect((await make({ role: "developer" })).status).toBe(403);
    expect((await make({ role: "admin", actions: ["read"] })).status).toBe(200);
    const full = await operator("POST", at("tokens"), { name: "full", role: "admin" });
    const widen = { headers, body: { actions: null } };
    expect((await call("PATCH", at(`tokens/${body.id}`), widen)).status).toBe(403);
    expect((await call("PATCH", at(`tokens/${full.body.id}`), { headers, body: { name: "x" } })).status).toBe(403);
  });
});

it("are listed page by page, as invitations are, and nobody is left out", async () => {
  const crowd = await newTenant("Crowd");
  const people = ["a", "b", "c", "d", "e"].map((each) => `${each}@crowd.example`);
  const rows = people.flatMap((email, n) => [
    env.DB.prepare(
      `INSERT INTO user (id, name, email, email_verified, created_at, updated_at, two_factor_enabled)
       VALUES (?1, ?1, ?1, 1, 1, 1, 0)`,
    ).bind(email),
    // Some joined in the same millisecond.
    env.DB.prepare(
      "INSERT INTO member (id, organization_id, user_id, role, created_at, party) VALUES (?1, ?2, ?1, 'viewer', ?3, ?1)",
    ).bind(email, crowd, 1_000 + Math.floor(n / 3)),
  ]);
  await env.DB.batch(rows);
  for (const email of people) await operator("POST", at("invitations", crowd), { email: `x${email}`, role: "viewer" });
  for (const [path, order] of [
    ["members", people],
    ["invitations", people.map((email) => `x${email}`).reverse()],
  ] as const) {
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 9; pages++) {
      const { body } = await operator("GET", at(`${path}?limit=2${cursor}`, crowd));
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map((each: { email: string }) => each.email));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
    expect(seen.toSorted(), path).toEqual(order.toSorted());
    if (path === "members") expect(seen).toEqual(order);
    for (const wrong of ["limit=0", "limit=501", "limit=x", "cursor=x"]) {
      expect((await operator("GET", at(`${path}?${wrong}`, crowd))).status, wrong).toBe(400);
    }
  }
});
