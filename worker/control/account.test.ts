// Loaded before the tests: under a test runner it takes seconds.
import "../auth/better.ts";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { totp, wrongTotp } from "../../tests/support/totp.ts";
import { tellDue } from "../auth/audit-due.ts";
import { browserOf, call, newMember, newTenant, ORIGIN, operator, PASSWORD } from "./test-kit.ts";

interface Entry {
  kind: string;
  record_id: string;
}

let tenant = "";
let ada: Record<string, string>;
beforeAll(async () => {
  tenant = await newTenant();
  ada = await newMember(tenant, "owner", "ada@example.com");
});
afterEach(() => vi.restoreAllMocks());

/** Each from an address of its own: what holds off who tries too often is tested where it is meant. */
let addresses = 0;
const elsewhere = () => ({ origin: ORIGIN, "cf-connecting-ip": `192.0.2.${++addresses}` });
const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = elsewhere()) =>
  call("POST", "/api/auth/sign-in/email", { headers, body: { email, password } });
const me = async (headers: Record<string, string>) => (await call("GET", "/api/v1/me", { headers })).body;
const audit = async () => (await operator("GET", `/api/v1/tenants/${tenant}/audit`)).body.data;
const isIn = async (headers: Record<string, string>) => (await call("GET", "/api/v1/me", { headers })).status === 200;

describe("a password", () => {
  it("is changed by who knows it, which ends all other sessions", async () => {
    const bob = await newMember(tenant, "viewer", "bob@example.com");
    const other = browserOf(await signIn("bob@example.com"));
    const change = (body: object) => call("PUT", "/api/v1/me/password", { headers: bob, body });
    expect((await change({ new_password: "another horse battery" })).status).toBe(409);
    expect((await change({ new_password: "another horse battery", current_password: "nope" })).status).toBe(400);
    const changed = await change({ new_password: "another horse battery", current_password: PASSWORD });
    expect(changed.status).toBe(200);
    expect([await isIn(bob), await isIn(other), await isIn(browserOf(changed))]).toEqual([false, false, true]);
    expect((await signIn("bob@example.com")).status).toBe(401);
    expect((await signIn("bob@example.com", "another horse battery")).status).toBe(200);
    const [entry] = await audit();
    expect(entry).toMatchObject({ kind: "account", actor: `user:${entry.record_id}`, after: { password: "changed" } });
    expect(JSON.stringify(await audit())).not.toMatch(/horse/);
  });

  it("is not found out by who sits at an open browser", async () => {
    const cleo = await newMember(tenant, "viewer", "cleo@example.com");
    const guess = (n: number) =>
      call("PUT", "/api/v1/me/email", {
        headers: cleo,
        body: { email: "x@example.com", current_password: `guess ${n}` },
      });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await guess(n)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
    const right = { headers: cleo, body: { email: "x@example.com", current_password: PASSWORD } };
    expect((await call("PUT", "/api/v1/me/email", right)).status).toBe(429);
  });

  it("is set anew by the operator's link, once, which ends every session", async () => {
    const dora = await newMember(tenant, "viewer", "dora@example.com");
    const { body } = await operator("POST", "/api/v1/operator/password-reset", { email: "dora@example.com" });
    const token = new URL(body.reset_url).searchParams.get("token") ?? "";
    const stored = await env.DB.prepare("SELECT * FROM verification").all();
    expect(JSON.stringify(stored.results)).not.toContain(token);
    const reset = () =>
      call("POST", "/api/auth/reset-password", {
        headers: elsewhere(),
        body: { token, newPassword: "third horse battery" },
      });
    expect((await reset()).status).toBe(200);
    expect((await reset()).status).toBe(400);
    expect(await isIn(dora)).toBe(false);
    expect((await signIn("dora@example.com", "third horse battery")).status).toBe(200);
    expect((await audit())[0]).toMatchObject({ kind: "account", after: { password: "reset" } });
    const unknown = await operator("POST", "/api/v1/operator/password-reset", { email: "nobody@example.com" });
    expect(unknown.status).toBe(404);
  });
});

describe("an account", () => {
  it("is deleted by its person with their password: it leaves every tenant, signs in nowhere, and the audit log says so", async () => {
    const gone = await newMember(tenant, "owner", "gone@example.com");
    const other = browserOf(await signIn("gone@example.com"));
    const remove = (headers: Record<string, string>, current_password?: string) =>
      call("POST", "/api/v1/me/delete", { headers, body: { current_password } });
    for (const wrong of [undefined, "wrong horse battery"]) expect((await remove(gone, wrong)).status).toBe(400);
    const { id } = (await me(gone)).user;
    expect((await remove(gone, PASSWORD)).body).toEqual({ id, deleted: true });
    expect([await isIn(gone), await isIn(other)]).toEqual([false, false]);
    expect((await signIn("gone@example.com")).status).toBe(401);
    const { body } = await operator("GET", `/api/v1/tenants/${tenant}/members`);
    expect(JSON.stringify(body)).not.toContain("gone@example.com");
    for (const table of ["user", "account", "session", "member", "two_factor"]) {
      const column = table === "user" ? "id" : "user_id";
      expect(await env.DB.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).bind(id).first(), table).toBeNull();
    }
    expect((await audit())[0]).toMatchObject({
      kind: "account",
      action: "delete",
      record_id: id,
      actor: `user:${id}`,
      before: { email: "gone@example.com" },
    });
  });

  it("is told of in the audit log once, though the process ends or the ledger is away before that", async () => {
    const gone = await newMember(tenant, "viewer", "crashed@example.com");
    const { id } = (await me(gone)).user;
    const away = () => Promise.reject(new Error("out of reach"));
    const bindings = { LEDGER: { getByName: () => ({ note: away, endLive: away }) } };
    const asked = { headers: gone, body: { current_password: PASSWORD }, bindings };
    expect((await call("POST", "/api/v1/me/delete", asked)).body).toEqual({ id, deleted: true });
    expect((await audit())[0]).not.toMatchObject({ kind: "account", record_id: id });
    await Promise.all([tellDue(env), tellDue(env)]);
    await tellDue(env);
    const told = (await audit()).filter(({ kind, record_id }: Entry) => kind === "account" && record_id === id);
    expect(told).toMatchObject([{ action: "delete", actor: `user:${id}`, before: { email: "crashed@example.com" } }]);
    expect(await env.DB.prepare("SELECT 1 FROM audit_due").first()).toBeNull();
  });

  it("stays while it is the last owner's, and is no token's to delete", async () => {
    const alone = await newTenant("Alone");
    const last = await newMember(alone, "owner", "last@example.com");
    const remove = (headers: Record<string, string>) =>
      call("POST", "/api/v1/me/delete", { headers, body: { current_password: PASSWORD } });
    expect((await remove(last)).status).toBe(409);
    expect(await isIn(last)).toBe(true);
    await newMember(alone, "owner", "next@example.com");
    expect((await remove(last)).status).toBe(200);
    expect((await operator("POST", "/api/v1/me/delete", {})).status).toBe(403);
  });

  it("has a name and an email that its person changes", async () => {
    const fred = await newMember(tenant, "viewer", "fred@example.com");
    const put = (path: string, body: object) => call("PUT", `/api/v1/me/${path}`, { headers: fred, body });
    expect((await put("profile", { name: "Frederick" })).status).toBe(200);
    expect((await put("email", { email: "ada@example.com", current_password: PASSWORD })).status).toBe(409);
    expect((await put("email", { email: "fred@example.org" })).status).toBe(400);
    const changed = await put("email", { email: "Fred@example.org", current_password: PASSWORD });
    expect(changed.body).toEqual({ email: "fred@example.org", confirm: false });
    expect((await me(fred)).user).toMatchObject({
      name: "Frederick",
      email: "fred@example.org",
      email_verified: false,
    });
    expect((await audit())[0]).toMatchObject({
      before: { email: "fred@example.com" },
      after: { email: "fred@example.org" },
    });
    expect((await operator("PUT", "/api/v1/me/profile", { name: "x" })).status).toBe(403);
  });

  it("lists where it is signed in, without what a session is used by, and ends those", async () => {
    const gus = await newMember(tenant, "viewer", "gus@example.com");
    const phone = browserOf(await signIn("gus@example.com", PASSWORD, { ...elsewhere(), "user-agent": "Phone/1" }));
    const list = async () => (await call("GET", "/api/v1/me/sessions", { headers: gus })).body.data;
    const sessions = await list();
    expect(sessions.map((each: { current: boolean }) => each.current).sort()).toEqual([false, true]);
    const [theirs] = sessions.filter((each: { user_agent: string }) => each.user_agent === "Phone/1");
    expect(theirs).toMatchObject({ current: false, ip: `192.0.2.${addresses}` });
    for (const headers of [gus, phone]) {
      const secret = decodeURIComponent(/session_token=([^.;]+)/.exec(headers.cookie ?? "")?.[1] ?? "");
      expect(JSON.stringify(sessions)).not.toContain(secret);
    }
    const end = (path: string, headers: Record<string, string>, body: object) =>
      call("POST", `/api/v1/me/sessions/${path}`, { headers, body });
    // Another person's session is none of theirs.
    expect((await end("end", ada, { id: theirs.id })).status).toBe(404);
    expect((await end("end", gus, { id: theirs.id })).body).toEqual({ ended: 1 });
    expect([await isIn(phone), await isIn(gus)]).toEqual([false, true]);
    const third = browserOf(await signIn("gus@example.com"));
    expect((await end("end-others", gus, {})).body).toEqual({ ended: 1 });
    expect([await isIn(third), await isIn(gus)]).toEqual([false, true]);
  });

  it("shows when a session was last in use, noted now and then", async () => {
    const ivy = await newMember(tenant, "viewer", "ivy@example.com");
    const lastSeen = async () => (await call("GET", "/api/v1/me/sessions", { headers: ivy })).body.data[0].last_seen_at;
    const old = Date.now() - 3_600_000;
    await env.DB.prepare(
      "UPDATE session SET updated_at = ? WHERE user_id = (SELECT id FROM user WHERE email = 'ivy@example.com')",
    )
      .bind(old)
      .run();
    await me(ivy);
    await vi.waitFor(async () => expect(Date.parse(await lastSeen())).toBeGreaterThan(old));
    const noted = await lastSeen();
    await me(ivy);
    expect(await lastSeen()).toBe(noted);
  });

  it("gets a session of its own at sign-in, whatever cookie was there before", async () => {
    const given = { ...elsewhere(), cookie: "meterr.session_token=fixed.signature" };
    const signed = browserOf(await signIn("ada@example.com", PASSWORD, given));
    expect(signed.cookie).not.toContain("fixed");
    expect(await isIn({ cookie: "meterr.session_token=fixed.signature" })).toBe(false);
    // That of somebody else neither: it stays theirs.
    const planted = { ...elsewhere(), cookie: signed.cookie ?? "" };
    const again = browserOf(await signIn("ada@example.com", PASSWORD, planted));
    expect(again.cookie).not.toBe(signed.cookie);
  });
});

describe("a second factor", () => {
  const enable = (headers: Record<string, string>) =>
    call("POST", "/api/auth/two-factor/enable", {
      headers: { ...headers, ...elsewhere() },
      body: { password: PASSWORD },
    });
  const verify = (headers: Record<string, string>, code: string, kind = "totp") =>
    call("POST", `/api/auth/two-factor/verify-${kind}`, { headers: { ...headers, ...elsewhere() }, body: { code } });

  /** Somebody who has one, and what their authenticator and their paper say. */
  async function withSecondFactor(email: string) {
    const headers = await newMember(tenant, "admin", email);
    const { body } = await enable(headers);
    const on = await verify(headers, await totp(body.totpURI));
    expect(on.status).toBe(200);
    return { headers: browserOf(on), uri: body.totpURI as string, codes: body.backupCodes as string[] };
  }

  it("is asked for at sign-in once it is on, and a session begins with it alone", async () => {
    const { uri, headers, codes } = await withSecondFactor("hal@example.com");
    expect((await me(headers)).user.two_factor).toBe(true);
    expect((await audit())[0]).toMatchObject({ before: { two_factor: false }, after: { two_factor: true } });
    const half = await signIn("hal@example.com");
    expect(half.body).toMatchObject({ twoFactorRedirect: true });
    const browser = browserOf(half);
    expect(browser.cookie).not.toContain("session_token");
    expect(await isIn(browser)).toBe(false);
    expect((await verify(browser, await wrongTotp(uri))).status).toBe(401);
    const whole = await verify(browser, await totp(uri));
    expect(await isIn(browserOf(whole))).toBe(true);
    // What was begun with it is used up.
    expect((await verify(browser, await totp(uri))).status).toBe(401);
    const stored = JSON.stringify((await env.DB.prepare("SELECT * FROM two_factor").all()).results);
    for (const secret of [new URL(uri).searchParams.get("secret") ?? "", ...codes])
      expect(stored).not.toContain(secret);
    expect(JSON.stringify(await audit())).not.toContain(codes[0]);
  });

  it("is replaced by a backup code, each of which works once", async () => {
    const { codes } = await withSecondFactor("ida@example.com");
    const [code = ""] = codes;
    expect((await verify(browserOf(await signIn("ida@example.com")), code, "backup-code")).status).toBe(200);
    expect((await verify(browserOf(await signIn("ida@example.com")), code, "backup-code")).status).toBe(401);
  });

  it("is not guessed: five tries a sign-in, ten in a row, then a quarter of an hour without", async () => {
    const { uri } = await withSecondFactor("jon@example.com");
    const wrong = await wrongTotp(uri);
    for (let round = 0; round < 2; round++) {
      const browser = browserOf(await signIn("jon@example.com"));
      for (let n = 0; n < 5; n++) expect((await verify(browser, wrong)).status).toBe(401);
      expect((await verify(browser, await totp(uri))).status).toBeGreaterThanOrEqual(400);
    }
    const browser = browserOf(await signIn("jon@example.com"));
    expect((await verify(browser, await totp(uri))).status).toBe(429);
    await env.DB.prepare("UPDATE two_factor SET locked_until = ? WHERE locked_until > 0").bind(Date.now()).run();
    expect((await verify(browserOf(await signIn("jon@example.com")), await totp(uri))).status).toBe(200);
  });

  it("is held off by address as well", async () => {
    const { uri } = await withSecondFactor("kim@example.com");
    const browser = { ...browserOf(await signIn("kim@example.com")), "cf-connecting-ip": "192.0.2.250" };
    const tries = [1, 2, 3, 4].map(async () =>
      call("POST", "/api/auth/two-factor/verify-totp", { headers: browser, body: { code: await wrongTotp(uri) } }),
    );
    expect((await Promise.all(tries)).map(({ status }) => status)).toContain(429);
  });

  it("takes the password to turn off; the operator turns it off for who has lost it", async () => {
    const { headers } = await withSecondFactor("lea@example.com");
    const disable = (password: string) =>
      call("POST", "/api/auth/two-factor/disable", { headers: { ...headers, ...elsewhere() }, body: { password } });
    expect((await disable("wrong")).status).toBe(400);
    expect((await disable(PASSWORD)).status).toBe(200);
    expect((await signIn("lea@example.com")).body.twoFactorRedirect).toBeUndefined();
    await withSecondFactor("max@example.com");
    const lost = { email: "max@example.com", forget_second_factor: true };
    expect((await operator("POST", "/api/v1/operator/password-reset", lost)).status).toBe(200);
    expect((await signIn("max@example.com")).body.twoFactorRedirect).toBeUndefined();
  });

  it("is asked of all people of a tenant where its owner says so, who has one", async () => {
    const own = await newTenant("Strict");
    const owner = await newMember(own, "owner", "nia@example.com");
    const viewer = await newMember(own, "viewer", "oli@example.com");
    const path = `/api/v1/tenants/${own}/security`;
    const require = (headers: Record<string, string>) =>
      call("PUT", path, { headers, body: { require_two_factor: true } });
    expect((await require(viewer)).status).toBe(403);
    expect((await require(owner)).status).toBe(409);
    const { body } = await enable(owner);
    const strong = browserOf(await verify(owner, await totp(body.totpURI)));
    expect((await require(strong)).body).toEqual({ require_two_factor: true });
    expect((await call("GET", `/api/v1/tenants/${own}/keys`, { headers: strong })).status).toBe(200);
    const refused = await call("GET", `/api/v1/tenants/${own}/keys`, { headers: viewer });
    expect(refused.status).toBe(403);
    expect(refused.body.error.details).toEqual({ second_factor: "required" });
    expect((await me(viewer)).tenants[0]).toMatchObject({ second_factor_needed: true });
  });
});

describe("signing up", () => {
  const body = { email: "zoe@example.com", password: PASSWORD, name: "Zoe" };
  const signUp = (bindings: object) =>
    call("POST", "/api/auth/sign-up/email", { headers: elsewhere(), body, bindings });
  const make = (headers: Record<string, string>, bindings: object) =>
    call("POST", "/api/v1/me/tenants", { headers, body: { name: "Zoe's" }, bindings });

  it("is closed unless the operator opens it, and gives an organization of one's own then", async () => {
    expect((await call("GET", "/api/v1/sign-in-options")).body).toEqual({
      sign_up: false,
      password_reset: false,
      providers: [],
    });
    expect((await signUp({})).status).toBe(404);
    expect((await make(ada, {})).status).toBe(403);
    const open = { METERR_SIGN_UP: "open" };
    expect((await call("GET", "/api/v1/sign-in-options", { bindings: open })).body.sign_up).toBe(true);
    const zoe = browserOf(await signUp(open));
    const asked = { headers: { ...zoe, "idempotency-key": "zoe" }, body: { name: "Zoe's" }, bindings: open };
    const made = await call("POST", "/api/v1/me/tenants", asked);
    expect(made.body).toMatchObject({ name: "Zoe's" });
    expect((await call("POST", "/api/v1/me/tenants", asked)).body).toEqual(made.body);
    expect((await me(zoe)).tenants).toMatchObject([{ id: made.body.id, role: "owner", user: "zoe@example.com" }]);
    const key = await call("POST", `/api/v1/tenants/${made.body.id}/keys`, {
      headers: zoe,
      body: { name: "k", mode: "test" },
    });
    expect(key.body.key).toMatch(/^mtr_test_/);
    expect((await signUp(open)).status).toBe(422);
    // The same words of somebody else, by the same Idempotency-Key, make another one.
    const other = await call("POST", "/api/v1/me/tenants", { ...asked, headers: { ...ada, "idempotency-key": "zoe" } });
    expect(other.status).toBe(200);
    expect(other.body.id).not.toBe(made.body.id);
    expect((await me(ada)).tenants.map(({ id }: { id: string }) => id)).not.toContain(made.body.id);
  });

  it("lets nobody who was taken out of their organization back in by saying again that they make it", async () => {
    const open = { METERR_SIGN_UP: "open" };
    const headers = elsewhere();
    const who = { email: "una@example.com", name: "Una", password: PASSWORD };
    const una = browserOf(await call("POST", "/api/auth/sign-up/email", { headers, body: who, bindings: open }));
    const asked = { headers: { ...una, "idempotency-key": "una" }, body: { name: "Una's" }, bindings: open };
    const { body: made } = await call("POST", "/api/v1/me/tenants", asked);
    const at = `/api/v1/tenants/${made.id}`;
    const invited = await operator("POST", `${at}/invitations`, { email: "ada@example.com", role: "owner" });
    const token = new URL(invited.body.link).searchParams.get("token");
    await call("POST", "/api/v1/invitations/accept", { headers: ada, body: { token } });
    const { user } = await me(una);
    expect((await call("DELETE", `${at}/members/${user.id}`, { headers: ada })).status).toBe(200);
    expect((await call("POST", "/api/v1/me/tenants", asked)).body).toEqual(made);
    expect((await me(una)).tenants).toEqual([]);
  });
});

describe("email", () => {
  const bindings = {
    METERR_EMAIL_URL: "https://mail.example/send",
    METERR_EMAIL_FROM: "meterr <no-reply@meterr.example>",
    METERR_PUBLIC_URL: "https://meterr.example",
  };
  const sent = () => {
    const letters: { to: string[]; subject: string; text: string }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      letters.push(JSON.parse(String(init?.body)));
      return new Response("{}");
    });
    return letters;
  };
  const tokenOf = (text = "") => /token=(\S+)/.exec(text)?.[1] ?? "";

  it("brings an invitation, which shows whose address it is, to where the operator says this is", async () => {
    const letters = sent();
    const asked = { headers: ada, body: { email: "pia@example.com", role: "viewer" }, bindings };
    // Nobody's email is sent by who has not shown theirs.
    const byHand = await call("POST", `/api/v1/tenants/${tenant}/invitations`, asked);
    expect([byHand.body.emailed, letters.length]).toEqual([false, 0]);
    await env.DB.prepare("UPDATE user SET email_verified = 1 WHERE email = 'ada@example.com'").run();
    const { body } = await call("POST", `http://evil.example/api/v1/tenants/${tenant}/invitations`, {
      ...asked,
      headers: { ...ada, origin: "http://evil.example" },
    });
    expect([body.emailed, body.link]).toEqual([true, null]);
    expect(letters).toMatchObject([{ to: ["pia@example.com"], subject: "ada invites you to Acme on meterr" }]);
    expect(letters[0]?.text).toContain("https://meterr.example/app/invitation?token=");
    const accepted = await call("POST", "/api/v1/invitations/accept", {
      headers: { origin: ORIGIN },
      body: { token: tokenOf(letters[0]?.text), name: "Pia", password: PASSWORD },
      bindings,
    });
    expect((await me(browserOf(accepted))).user).toMatchObject({ email_verified: true });
  });

  it("brings a link to set a password anew, to who asks for it, and says not whether there is such a person", async () => {
    const letters = sent();
    const ask = (email: string) =>
      call("POST", "/api/auth/request-password-reset", { headers: elsewhere(), body: { email }, bindings });
    expect((await ask("nobody@example.com")).body).toEqual((await ask("ada@example.com")).body);
    expect(letters).toMatchObject([{ to: ["ada@example.com"] }]);
    const token = tokenOf(letters[0]?.text);
    const reset = { headers: elsewhere(), body: { token, newPassword: PASSWORD } };
    expect((await call("POST", "/api/auth/reset-password", reset)).status).toBe(200);
    ada = browserOf(await signIn("ada@example.com"));
    const without = { headers: elsewhere(), body: { email: "ada@example.com" } };
    expect((await call("POST", "/api/auth/request-password-reset", without)).status).toBe(404);
  });

  it("makes a new address count once its link was opened, and tells the old one", async () => {
    const quin = await newMember(tenant, "viewer", "quin@example.com");
    const letters = sent();
    const change = (email: string) =>
      call("PUT", "/api/v1/me/email", { headers: quin, body: { email, current_password: PASSWORD }, bindings });
    expect((await change("first@example.org")).body).toEqual({ email: "first@example.org", confirm: true });
    expect((await change("quin@example.org")).status).toBe(200);
    const confirm = (n: number) =>
      call("POST", "/api/v1/email-confirmations", { body: { token: tokenOf(letters[n]?.text) }, bindings });
    // Only the last one works.
    expect((await confirm(0)).status).toBe(404);
    expect((await me(quin)).user.email).toBe("quin@example.com");
    expect((await confirm(1)).body).toEqual({ email: "quin@example.org" });
    expect((await confirm(1)).status).toBe(404);
    expect((await me(quin)).user).toMatchObject({ email: "quin@example.org", email_verified: true });
    expect(letters[2]).toMatchObject({ to: ["quin@example.com"], subject: "Your meterr email has changed" });
  });
});

describe("GitHub", () => {
  const bindings = { METERR_GITHUB_CLIENT_ID: "id", METERR_GITHUB_CLIENT_SECRET: "secret" };

  /** Comes back from GitHub as who it says. */
  async function comeBack(profile: { id: number; email: string; verified: boolean }) {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { pathname } = new URL(input instanceof Request ? input.url : String(input));
      if (pathname === "/login/oauth/access_token") return Response.json({ access_token: "t", token_type: "bearer" });
      const { email, verified, id } = profile;
      if (pathname === "/user/emails") return Response.json([{ email, primary: true, verified }]);
      return Response.json({ id, login: "someone", name: "Someone", email });
    });
    const asked = { provider: "github", callbackURL: "/app", errorCallbackURL: "/app/sign-in" };
    const begun = await call("POST", "/api/auth/sign-in/social", { headers: elsewhere(), body: asked, bindings });
    const state = new URL(begun.body.url).searchParams.get("state");
    const back = await call("GET", `/api/auth/callback/github?code=c&state=${state}`, {
      headers: { ...browserOf(begun), ...elsewhere() },
      bindings,
    });
    vi.restoreAllMocks();
    return back;
  }
  const errorOf = ({ headers }: { headers: Headers }) =>
    new URL(headers.get("location") ?? "", ORIGIN).searchParams.get("error");

  it("is offered where it is configured, and lands nowhere but here", async () => {
    expect((await call("GET", "/api/v1/sign-in-options", { bindings })).body.providers).toEqual(["github"]);
    const asked = (callbackURL: string) => ({ headers: elsewhere(), body: { provider: "github", callbackURL } });
    expect((await call("POST", "/api/auth/sign-in/social", asked("/app"))).status).toBe(404);
    for (const evil of ["https://evil.example", "//evil.example", "/\\evil.example"]) {
      const answer = await call("POST", "/api/auth/sign-in/social", { ...asked(evil), bindings });
      expect(answer.status, evil).toBe(403);
    }
  });

  it("lets nobody in who is not invited, and who is only with an email that GitHub has seen proof of", async () => {
    const stranger = await comeBack({ id: 1, email: "rob@example.com", verified: true });
    expect(errorOf(stranger)).toBe("unable_to_create_user");
    await operator("POST", `/api/v1/tenants/${tenant}/invitations`, { email: "rob@example.com", role: "viewer" });
    const unproven = await comeBack({ id: 1, email: "rob@example.com", verified: false });
    expect(errorOf(unproven)).toBe("unable_to_create_user");
    const { n } =
      (await env.DB.prepare("SELECT count(*) AS n FROM user WHERE email = 'rob@example.com'").first()) ?? {};
    expect(n).toBe(0);
    const rob = browserOf(await comeBack({ id: 1, email: "rob@example.com", verified: true }));
    // An invitation is accepted with its link alone.
    expect(await me(rob)).toMatchObject({ user: { sign_in: ["github"], email_verified: true }, tenants: [] });
  });

  it("is not taken for somebody's by an email that one of both sides has not proven", async () => {
    await newMember(tenant, "viewer", "sue@example.com");
    const early = await comeBack({ id: 2, email: "sue@example.com", verified: true });
    expect(errorOf(early)).toBe("account_not_linked");
    await env.DB.prepare("UPDATE user SET email_verified = 1 WHERE email = 'sue@example.com'").run();
    const unproven = await comeBack({ id: 2, email: "sue@example.com", verified: false });
    expect(errorOf(unproven)).toBe("account_not_linked");
    const sue = browserOf(await comeBack({ id: 2, email: "sue@example.com", verified: true }));
    expect((await me(sue)).user.sign_in).toEqual(["github", "password"]);
  });
});
