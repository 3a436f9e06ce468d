import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { readKey, sha256Hex } from "../auth/secrets.ts";
import { ledgerOf } from "../db/ledger.ts";
import { call, newTenant, operator, tokenOf } from "./test-kit.ts";

let tenant = "";
let keys = "";
beforeAll(async () => {
  tenant = await newTenant();
  keys = `/api/v1/tenants/${tenant}/keys`;
});

it("shows a key once, and stores only its hash", async () => {
  const { body } = await operator("POST", keys, { name: "prod" });
  expect(body.key).toMatch(new RegExp(`^mtr_live_1${tenant}_`));
  expect(body).toMatchObject({ mode: "live", hint: `mtr_live_…${body.key.slice(-4)}`, revoked_at: null });
  expect((await readKey(env.METERR_MASTER_KEY, body.key))?.tenant).toBe(tenant);
  const stored = await ledgerOf(env, tenant).get("key", body.id);
  expect(stored?.hash).toBe(await sha256Hex(body.key));
  expect(JSON.stringify(stored)).not.toContain(body.key);
  const read = JSON.stringify((await operator("GET", `${keys}/${body.id}`)).body);
  expect(read).not.toContain(body.key);
  expect(read).not.toContain(stored?.hash);
});

it("takes all that a key can be told, and answers it in the same shape", async () => {
  const settings = {
    name: "all",
    mode: "test",
    team: "search",
    user: "ada",
    tags: { feature: "search", env: "prod" },
    require: ["user", "feature"],
    allow: { providers: ["openai"], models: ["gpt-5-mini"], endpoints: ["chat/completions"] },
    rate_limits: { requests_per_minute: 60, tokens_per_minute: 100_000, concurrent: 4 },
    cache: { ttl_seconds: 3_600 },
    on_disconnect: "drain",
    expires_at: "2030-01-01T00:00:00.000Z",
  };
  const { body } = await operator("POST", keys, settings);
  expect(body).toMatchObject(settings);
  const changed = await operator("PATCH", `${keys}/${body.id}`, {
    allow: { models: null },
    rate_limits: { concurrent: 8 },
    cache: null,
    expires_at: null,
  });
  expect(changed.body).toMatchObject({
    allow: { providers: ["openai"], models: null, endpoints: ["chat/completions"] },
    rate_limits: { requests_per_minute: 60, concurrent: 8 },
    cache: null,
    expires_at: null,
    team: "search",
  });
});

it.each([
  { mode: "prod" },
  { tags: { "a=b": "c" } },
  { tags: { a: "b,c" } },
  { tags: { a: 1 } },
  { rate_limits: { requests_per_minute: 0 } },
  { rate_limits: { per_day: 1 } },
  { allow: { models: "gpt-5" } },
  { cache: { ttl_seconds: -1 } },
  { on_disconnect: "shrug" },
  { expires_at: "tomorrow" },
  { name: "" },
  { name: "x".repeat(201) },
  { user: "a\r\nb" },
])("refuses %o", async (wrong) => {
  expect((await operator("POST", keys, { name: "k", ...wrong })).status).toBe(400);
});

it("does not change the mode, which the key itself says", async () => {
  const { body } = await operator("POST", keys, { name: "k" });
  const refused = await operator("PATCH", `${keys}/${body.id}`, { mode: "test" });
  expect(refused.body.error.details).toEqual({ field: "mode" });
});

it("rotates a key once for one Idempotency-Key, and answers the new one again", async () => {
  const { body: first } = await operator("POST", keys, { name: "k", team: "search" });
  const rotate = (headers = {}) => operator("POST", `${keys}/${first.id}/rotate`, undefined, headers);
  const headers = { "idempotency-key": "rotate-1" };
  const answers = await Promise.all([rotate(headers), rotate(headers), rotate(headers)]);
  const [one] = answers;
  expect(one?.body).toMatchObject({ id: first.id, team: "search" });
  expect(one?.body.key).not.toBe(first.key);
  for (const answer of answers) expect(answer.body).toEqual(one?.body);
  expect((await ledgerOf(env, tenant).get("key", first.id))?.hash).toBe(await sha256Hex(one?.body.key));
  expect((await rotate()).body.key).not.toBe(one?.body.key);
  // A late repeat tells the old answer, and does not bring the old key back.
  expect((await rotate(headers)).body).toEqual(one?.body);
  expect((await ledgerOf(env, tenant).get("key", first.id))?.hash).not.toBe(await sha256Hex(one?.body.key));
});

it("keeps a revoked key readable, and does not rotate it", async () => {
  const { body } = await operator("POST", keys, { name: "gone" });
  expect((await operator("DELETE", `${keys}/${body.id}`)).status).toBe(200);
  const read = await operator("GET", `${keys}/${body.id}`);
  expect(read.body.revoked_at).toMatch(/Z$/);
  expect((await operator("POST", `${keys}/${body.id}/rotate`)).status).toBe(409);
  expect((await operator("POST", `${keys}/nope/rotate`)).status).toBe(404);
});

it("answers a first answer again to who got it, and to nobody else who says the same", async () => {
  const [admin, developer] = await Promise.all([tokenOf(tenant, "admin"), tokenOf(tenant, "developer")]);
  const post = (headers: Record<string, string>) =>
    call("POST", keys, { headers: { ...headers, "idempotency-key": "nightly" }, body: { name: "nightly" } });
  const { body: first } = await post(admin);
  expect((await post(admin)).body).toEqual(first);
  const { body: theirs } = await post(developer);
  expect(theirs.user).toMatch(/^tok_/);
  expect([theirs.id, theirs.key]).not.toContain(first.key);
  expect(theirs.id).not.toBe(first.id);
});
