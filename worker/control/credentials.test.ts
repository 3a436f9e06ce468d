import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { open } from "../core/sealed.ts";
import { ledgerOf } from "../db/ledger.ts";
import { call, newTenant, OPERATOR, operator } from "./test-kit.ts";

const SECRET = "sk-proj-0123456789abcdef";
let tenant = "";
let credentials = "";
beforeAll(async () => {
  tenant = await newTenant();
  credentials = `/api/v1/tenants/${tenant}/credentials`;
});
const storedSecret = async (id: string) => {
  const record = await ledgerOf(env, tenant).get("credential", id);
  return record && open(env.METERR_MASTER_KEY, tenant, record.sealed);
};

it("is written and never read back but for its last four characters", async () => {
  const put = await operator("PUT", `${credentials}/openai`, { api_key: SECRET });
  expect(put.body).toMatchObject({ provider: "openai", name: "default", last4: "cdef", origin: null });
  expect(await storedSecret(put.body.id)).toBe(SECRET);
  const answers = [put, await operator("GET", `${credentials}/openai`), await operator("GET", credentials)];
  const audit = await operator("GET", `/api/v1/tenants/${tenant}/audit`);
  const stored = await ledgerOf(env, tenant).get("credential", put.body.id);
  for (const { body } of [...answers, audit]) {
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(JSON.stringify(body)).not.toContain(stored?.sealed);
  }
  expect(JSON.stringify(stored)).not.toContain(SECRET);
});

it("is replaced whole by another PUT, one default a provider even when two race", async () => {
  await Promise.all(
    ["1", "2", "3"].map((n) => operator("PUT", `${credentials}/mistral`, { api_key: `${SECRET}${n}` })),
  );
  await operator("PUT", `${credentials}/mistral`, {
    api_key: `${SECRET}-new`,
    origin: "https://proxy.example.com/mistral",
  });
  const { body } = await operator("GET", credentials);
  const mine = body.data.filter((each: { provider: string }) => each.provider === "mistral");
  expect(mine).toMatchObject([{ last4: "-new", origin: "https://proxy.example.com/mistral" }]);
  expect((await operator("PUT", `${credentials}/mistral`, { api_key: SECRET })).body.origin).toBeNull();
  expect((await operator("DELETE", `${credentials}/mistral`)).status).toBe(200);
  expect((await operator("GET", `${credentials}/mistral`)).status).toBe(404);
});

it("may be one of several for a provider, by name", async () => {
  const { body } = await operator("POST", credentials, { provider: "openai", name: "eu", api_key: SECRET, weight: 2 });
  expect(body).toMatchObject({ name: "eu", weight: 2 });
  const changed = await operator("PATCH", `${credentials}/${body.id}`, { api_key: `${SECRET}-eu` });
  expect(changed.body).toMatchObject({ last4: "f-eu", weight: 2, name: "eu" });
  expect(await storedSecret(body.id)).toBe(`${SECRET}-eu`);
  expect((await operator("PATCH", `${credentials}/${body.id}`, { name: "default" })).status).toBe(400);
  expect((await operator("POST", credentials, { provider: "openai", name: "default", api_key: SECRET })).status).toBe(
    409,
  );
});

it("adds a provider of the tenant's own", async () => {
  const own = { api_key: SECRET, base_url: "https://llm.example.com/v1/", dialect: "messages" };
  const { body } = await operator("PUT", `${credentials}/my-llm`, own);
  expect(body).toMatchObject({ provider: "my-llm", base_url: "https://llm.example.com/v1", dialect: "messages" });
  const other = await operator("PUT", `${credentials}/my-llm`, {
    api_key: SECRET,
    base_url: "https://b.example.com/v1",
  });
  expect(other.body.dialect).toBe("chat");
  expect((await operator("PATCH", `${credentials}/my-llm`, { dialect: "gemini" })).body).toMatchObject({
    base_url: "https://b.example.com/v1",
    dialect: "gemini",
  });
});

it("takes a service account's file as JSON", async () => {
  const file = { type: "service_account", private_key_id: "0123456789abcdef", private_key: "-----BEGIN…" };
  const { body } = await operator("PUT", `${credentials}/google`, { api_key: file });
  expect(body.last4).toBe("cdef");
  expect(JSON.parse((await storedSecret(body.id)) ?? "")).toEqual(file);
});

it("shows nothing of a secret that is short", async () => {
  expect((await operator("PUT", `${credentials}/groq`, { api_key: "short" })).body.last4).toBe("");
});

it.each([
  ["openai", {}],
  ["openai", { api_key: "" }],
  ["openai", { api_key: "sk\r\nx-injected: 1" }],
  ["openai", { api_key: "sk with space" }],
  ["openai", { api_key: SECRET, base_url: "https://x.example.com" }],
  ["openai", { api_key: SECRET, dialect: "chat" }],
  ["openai", { api_key: SECRET, weight: -1 }],
  ["openai", { api_key: SECRET, origin: "ftp://x.example.com" }],
  ["my-llm", { api_key: SECRET }],
  ["my-llm", { api_key: SECRET, origin: "https://x.example.com" }],
  ["my-llm", { api_key: SECRET, base_url: "https://x.example.com", dialect: "latin" }],
  ["azure", { api_key: SECRET }],
  ["v1", { api_key: SECRET, base_url: "https://x.example.com" }],
  ["api", { api_key: SECRET, base_url: "https://x.example.com" }],
  ["Upper", { api_key: SECRET, base_url: "https://x.example.com" }],
  ["a%2Fb", { api_key: SECRET, base_url: "https://x.example.com" }],
])("refuses PUT %s %o", async (provider, body) => {
  expect((await operator("PUT", `${credentials}/${provider}`, body)).status).toBe(400);
});

it("names a private address only where the operator allows it", async () => {
  const put = (origin: string, allowed: string) =>
    call("PUT", `${credentials}/openai`, {
      body: { api_key: SECRET, origin },
      headers: OPERATOR,
      bindings: { METERR_ALLOW_PRIVATE_UPSTREAMS: allowed },
    });
  for (const origin of ["http://127.0.0.1:9000", "https://169.254.169.254", "https://[::1]", "https://0x7f000001"]) {
    expect((await put(origin, "1")).status, origin).toBe(200);
    for (const off of ["", "0"]) {
      const refused = await put(origin, off);
      expect(refused.status, origin).toBe(400);
      expect(refused.body.error.details).toEqual({ field: "origin" });
    }
  }
});
