// Loaded before the tests: under a test runner it takes seconds.
import "../auth/better.ts";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { signInLink } from "../auth/sessions.ts";
import type { Env } from "../env.ts";
import { call, newTenant, ORIGIN, operator, signIn } from "./test-kit.ts";

let session: Awaited<ReturnType<typeof signIn>>;
let stranger = "";
beforeAll(async () => {
  stranger = await newTenant("Stranger");
  session = await signIn();
});
const keys = () => `/api/v1/tenants/${session.tenant}/keys`;
const cookie = () => ({ cookie: session.headers.cookie ?? "" });

describe("a session", () => {
  it("works from a page of this origin, in its user's tenants alone", async () => {
    const { headers } = session;
    expect((await call("POST", keys(), { headers, body: { name: "k" } })).status).toBe(200);
    expect((await call("GET", keys(), { headers })).status).toBe(200);
    const elsewhere = await call("GET", `/api/v1/tenants/${stranger}/keys`, { headers });
    expect(elsewhere.status).toBe(404);
    expect((await call("GET", "/api/v1/tenants", { headers })).status).toBe(403);
  });

  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://meterr.example:81" },
    { origin: "https://meterr.example" },
    { origin: "http://meterr.example.evil.example" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    {},
  ] as Record<string, string>[])("changes nothing for a request that says %o", async (from) => {
    const headers = { ...cookie(), ...from };
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const refused = await call(method, `${keys()}${method === "POST" ? "" : "/key_x"}`, {
        headers,
        body: { name: "csrf" },
      });
      expect(refused.status, method).toBe(method === "PUT" ? 405 : 403);
    }
    const { body } = await call("GET", keys(), { headers: session.headers });
    expect(JSON.stringify(body)).not.toContain("csrf");
  });

  it("works where a browser says same-origin without naming the origin", async () => {
    const headers = { ...cookie(), "sec-fetch-site": "same-origin" };
    expect((await call("POST", keys(), { headers, body: { name: "k" } })).status).toBe(200);
  });

  it("ends with signing out", async () => {
    const other = await signIn();
    expect((await call("GET", "/api/v1/me", { headers: other.headers })).status).toBe(200);
    expect((await call("POST", "/api/auth/sign-out", { headers: other.headers, body: {} })).status).toBe(200);
    expect((await call("GET", "/api/v1/me", { headers: other.headers })).status).toBe(401);
  });

  it("is none when its cookie is made up or altered", async () => {
    const altered = (session.headers.cookie ?? "").replace(/session_token=.{4}/, "session_token=AAAA");
    for (const made of ["meterr.session_token=x", "meterr.session_token=", altered]) {
      expect((await call("GET", "/api/v1/me", { headers: { cookie: made } })).status, made).toBe(401);
    }
  });

  it("does not stand in for a bearer that is wrong", async () => {
    const headers = { ...session.headers, authorization: "Bearer wrong" };
    expect((await call("GET", keys(), { headers })).status).toBe(401);
  });
});

describe("signing in", () => {
  it("is closed to strangers", async () => {
    const body = { email: "eve@example.com", password: "correct horse battery", name: "Eve" };
    for (const path of ["sign-up/email", "sign-in/magic-link", "organization/create", "organization/invite-member"]) {
      const answer = await call("POST", `/api/auth/${path}`, { body, headers: { origin: ORIGIN } });
      expect(answer.status, path).toBe(404);
    }
    const signedIn = await call("POST", "/api/auth/sign-in/email", { body, headers: { origin: ORIGIN } });
    expect(signedIn.status).toBe(401);
    const users = await env.DB.prepare("SELECT count(*) AS n FROM user").first();
    expect(users).toEqual({ n: 1 });
  });

  it("by a link makes no user of whom nobody knows", async () => {
    const link = await signInLink({ ...env, LEDGER: env.LEDGER as Env["LEDGER"] }, ORIGIN, "eve@example.com");
    const landed = await call("GET", link);
    expect(landed.headers.get("location")).toContain("error=new_user_signup_disabled");
    expect(landed.headers.getSetCookie()).toEqual([]);
  });

  it("signs nobody in for a page of another origin", async () => {
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "none" },
      {},
    ];
    const body = { email: "owner@meterr.localhost", password: "correct horse battery" };
    for (const headers of foreign) {
      for (const path of ["sign-in/email", "two-factor/verify-totp", "reset-password", "sign-out"]) {
        const refused = await call("POST", `/api/auth/${path}`, { body, headers: { ...headers, ...cookie() } });
        expect([refused.status, refused.headers.getSetCookie()], `${path} ${JSON.stringify(headers)}`).toEqual([
          403,
          [],
        ]);
      }
    }
    expect((await call("GET", "/api/v1/me", { headers: session.headers })).status).toBe(200);
  });

  it("has nothing else open below /api/auth", async () => {
    for (const path of [
      "",
      "/",
      "/get-session",
      "/list-sessions",
      "/organization/list",
      "/ok",
      "/update-user",
      "/delete-user",
      "/magic-link/verify/x",
    ]) {
      const answer = await call("GET", `/api/auth${path}`, { headers: session.headers });
      expect(answer.status, path).toBe(404);
    }
  });

  it("does not land anywhere but here", async () => {
    const { body } = await operator("POST", "/api/v1/operator/bootstrap", {});
    const link = new URL(body.sign_in_url);
    link.searchParams.set("callbackURL", "https://evil.example/");
    const answer = await call("GET", link.href);
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("with a password works once its owner has set one, and only with that one", async () => {
    const set = (body: object) => call("PUT", "/api/v1/me/password", { headers: session.headers, body });
    expect((await set({ new_password: "short" })).status).toBe(400);
    expect((await set({ new_password: "correct horse battery" })).status).toBe(200);
    const attempt = (password: string, ip: string) =>
      call("POST", "/api/auth/sign-in/email", {
        body: { email: "owner@meterr.localhost", password },
        headers: { origin: ORIGIN, "cf-connecting-ip": ip },
      });
    expect((await attempt("correct horse battery", "192.0.2.1")).status).toBe(200);
    expect((await attempt("wrong horse battery", "192.0.2.1")).status).toBe(401);
    // To change it takes knowing it: an open browser is not enough.
    expect((await set({ new_password: "another horse battery" })).status).toBe(409);
    const change = (current_password: string) => set({ new_password: "another horse battery", current_password });
    expect((await change("nope nope nope")).status).toBe(400);
    expect((await change("correct horse battery")).status).toBe(200);
    expect((await attempt("another horse battery", "192.0.2.3")).status).toBe(200);
    expect((await operator("PUT", "/api/v1/me/password", { new_password: "correct horse battery" })).status).toBe(403);
  });

  it("is held off after a few wrong passwords", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) {
      const answer = await call("POST", "/api/auth/sign-in/email", {
        body: { email: "owner@meterr.localhost", password: `wrong password ${n}` },
        headers: { origin: ORIGIN, "cf-connecting-ip": "192.0.2.9" },
      });
      statuses.push(answer.status);
    }
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.slice(3)).toEqual([429, 429, 429]);
  });
});

describe("signing in by a provider", () => {
  const bindings = {
    METERR_GITHUB_CLIENT_ID: "gh-id",
    METERR_GITHUB_CLIENT_SECRET: "gh-secret",
    METERR_GOOGLE_CLIENT_ID: "goo-id",
    METERR_GOOGLE_CLIENT_SECRET: "goo-secret",
  };
  /** Each from an address of its own: nobody is held off here. */
  let address = 20;
  const start = (provider: string, settings: object = bindings) =>
    call("POST", "/api/auth/sign-in/social", {
      headers: { origin: ORIGIN, "cf-connecting-ip": `192.0.2.${++address}` },
      body: { provider, callbackURL: "/app", disableRedirect: true },
      bindings: settings,
    });

  it("is offered where this instance is set up for it, and nowhere else", async () => {
    const options = (settings: object) => call("GET", "/api/v1/sign-in-options", { bindings: settings });
    expect((await options(bindings)).body.providers).toEqual(["github", "google"]);
    expect((await options({})).body.providers).toEqual([]);
    expect((await start("github", {})).status).toBe(404);
    const half = { METERR_GITHUB_CLIENT_ID: "gh-id" };
    expect((await options(half)).body.providers).toEqual([]);
  });

  it.each([
    ["github", "https://github.com/login/oauth/authorize", "gh-id"],
    ["google", "https://accounts.google.com/o/oauth2/v2/auth", "goo-id"],
  ])("leads to %s with a state and a challenge of its own", async (provider, address, client) => {
    const starts = await Promise.all([start(provider), start(provider)]);
    const links = starts.map(({ body }) => new URL(body.url));
    for (const link of links) {
      expect(link.origin + link.pathname).toBe(address);
      expect(Object.fromEntries(link.searchParams)).toMatchObject({
        client_id: client,
        response_type: "code",
        redirect_uri: `${ORIGIN}/api/auth/callback/${provider}`,
        state: expect.stringMatching(/^.{20,}$/),
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: "S256",
      });
      expect(link.href).not.toContain("secret");
    }
    for (const name of ["state", "code_challenge"]) {
      expect(links[0]?.searchParams.get(name)).not.toBe(links[1]?.searchParams.get(name));
    }
  });

  it.each(["github", "google"])(
    "signs nobody in who comes back from %s with another state, or with none",
    async (provider) => {
      const started = await start(provider);
      expect(started.status).toBe(200);
      const cookies = started.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; ");
      const upstream = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("nobody asks the provider"));
      for (const query of ["code=stolen&state=forged", "code=stolen", "state=forged"]) {
        const answer = await call("GET", `/api/auth/callback/${provider}?${query}`, {
          headers: { cookie: cookies },
          bindings,
        });
        expect(answer.headers.get("location") ?? "", query).toContain("error=");
        expect(answer.headers.getSetCookie().join(), query).not.toContain("session_token=");
      }
      expect(upstream).not.toHaveBeenCalled();
      upstream.mockRestore();
    },
  );

  it("signs nobody in in a browser that did not begin it", async () => {
    const state = new URL((await start("github")).body.url).searchParams.get("state") ?? "";
    const answer = await call("GET", `/api/auth/callback/github?code=stolen&state=${encodeURIComponent(state)}`, {
      bindings,
    });
    expect(answer.headers.get("location") ?? "").toContain("error=");
    expect(answer.headers.getSetCookie().join()).not.toContain("session_token=");
  });
});
