/** The way of a price: from the tenant's record or the catalogue, through the gateway, to the explanation of a cost. */
import { createExecutionContext, runDurableObjectAlarm, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { answer } from "./app.ts";
import { newTenant, ORIGIN, operator } from "./control/test-kit.ts";
import type { Env } from "./env.ts";

interface Tenant {
  id: string;
  path: string;
  key: string;
}

async function tenantWith(prices: object[] = []): Promise<Tenant & { prices: string[] }> {
  const id = await newTenant();
  const path = `/api/v1/tenants/${id}`;
  const ids: string[] = [];
  for (const price of prices) {
    const { status, body } = await operator("POST", `${path}/prices`, price);
    expect(status, JSON.stringify(body)).toBe(200);
    ids.push(body.id);
  }
  const { body } = await operator("POST", `${path}/keys`, { name: "test", mode: "test" });
  return { id, path, key: body.key, prices: ids };
}

/** Asks the sandbox, and gives the record and its cost's explanation. */
async function ask(tenant: Tenant, path: string, body: object | FormData) {
  const ctx = createExecutionContext();
  const form = body instanceof FormData;
  const response = await answer(
    new Request(new URL(path, ORIGIN), {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.key}`, ...(form ? {} : { "content-type": "application/json" }) },
      body: form ? body : JSON.stringify(body),
    }),
    env as unknown as Env,
    ctx,
  );
  expect(response.status, await response.clone().text()).toBe(200);
  await response.arrayBuffer();
  await waitOnExecutionContext(ctx);
  await runDurableObjectAlarm(env.LEDGER.getByName(tenant.id));
  const id = response.headers.get("x-meterr-request-id");
  const record = (await operator("GET", `${tenant.path}/usage/${id}`)).body;
  return { record, cost: (await operator("GET", `${tenant.path}/usage/${id}/cost`)).body };
}

const picos = (usd: string): bigint => BigInt(usd.replace(".", ""));

const question = [{ role: "user", content: "What is the capital of France?" }];
const audio = new FormData();
audio.set("model", "whisper-1");
audio.set("file", new File([new Uint8Array(32_000)], "a.wav", { type: "audio/wav" }));

const DIALECTS: [string, string, object | FormData][] = [
  ["chat", "/openai/v1/chat/completions", { model: "gpt-5-mini", messages: question }],
  ["chat, cached", "/openai/v1/chat/completions", { model: "gpt-5-mini@cached=5,reasoning=20", messages: question }],
  ["chat, streamed", "/openai/v1/chat/completions", { model: "gpt-5-mini", messages: question, stream: true }],
  ["completions", "/openai/v1/completions", { model: "gpt-3.5-turbo-instruct", prompt: "Once upon a time" }],
  ["responses", "/openai/v1/responses", { model: "gpt-5", input: "Hello" }],
  ["messages", "/anthropic/v1/messages", { model: "claude-haiku-4-5", max_tokens: 50, messages: question }],
  [
    "gemini",
    "/google/v1beta/models/gemini-2.5-flash:generateContent",
    { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
  ],
  ["cohere", "/cohere/v2/chat", { model: "command-a-03-2025", messages: question }],
  ["embeddings", "/openai/v1/embeddings", { model: "text-embedding-3-small", input: "Hello" }],
  ["images", "/openai/v1/images/generations", { model: "gpt-image-1", prompt: "A fox", size: "1024x1024" }],
  ["speech", "/openai/v1/audio/speech", { model: "tts-1", voice: "alloy", input: "Hello there" }],
  ["transcription", "/openai/v1/audio/transcriptions", audio],
];

describe("a record's cost", () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await tenantWith();
  });

  it.each(DIALECTS)("of %s is the sum of its parts, each a count at its price", async (_, path, body) => {
    const { record, cost } = await ask(tenant, path, body);
    expect(record.cost_usd).not.toBeNull();
    expect(Number(record.cost_usd)).toBeGreaterThan(0);
    expect(cost, JSON.stringify(record)).toMatchObject({ matches: true, mismatch: null, cost_usd: record.cost_usd });
    expect(cost.sum_usd).toBe(record.cost_usd);
    let sum = 0n;
    for (const part of cost.cost_parts) {
      expect(picos(part.cost_usd)).toBe(BigInt(part.units) * picos(part.price_usd));
      sum += picos(part.cost_usd);
    }
    expect((sum + 999n) / 1_000n).toBe(picos(record.cost_usd));
  });

  it("is explained with the condition that made it dearer", async () => {
    const body = { model: "claude-opus-4-8", max_tokens: 20, messages: question };
    const plain = await ask(tenant, "/anthropic/v1/messages", body);
    const fast = await ask(tenant, "/anthropic/v1/messages", { ...body, speed: "fast" });
    expect(picos(fast.record.cost_usd)).toBe(2n * picos(plain.record.cost_usd));
    expect(fast.cost).toMatchObject({ matches: true, conditions: { speed: "fast" } });
    expect(plain.cost.conditions.speed).toBeNull();
  });

  it("is not found where there is no such record", async () => {
    expect((await operator("GET", `${tenant.path}/usage/req_none/cost`)).status).toBe(404);
  });
});

describe("a tenant's own price", () => {
  const mini = (input: string, more: object = {}) => ({
    provider: "openai",
    model: "gpt-5-mini",
    per_million_tokens: { input, output: "8" },
    ...more,
  });
  const chat = (tenant: Tenant, model: string, more: object = {}) =>
    ask(tenant, "/openai/v1/chat/completions", { model, messages: question, ...more });

  it("wins over the catalogue's, the newest first, and its record names it", async () => {
    const tenant = await tenantWith([mini("100"), mini("4", { per_request: "0.01" })]);
    const { record, cost } = await chat(tenant, "gpt-5-mini");
    const nanos = record.tokens.input * 4_000 + record.tokens.output * 8_000 + 10_000_000;
    expect(Math.round(Number(record.cost_usd) * 1e9)).toBe(nanos);
    expect(record).toMatchObject({ price_source: "tenant", price_version: tenant.prices[1] });
    expect(cost).toMatchObject({ matches: true, priced_as: { version: tenant.prices[1] } });
    expect(picos(record.bound_usd)).toBeGreaterThanOrEqual(picos(record.cost_usd));
    // Another model's stays the catalogue's.
    expect((await chat(tenant, "gpt-5-nano")).record.price_source).toBe("catalog");
  });

  it("prices a model that no catalogue lists, under a hard budget", async () => {
    const tenant = await tenantWith([{ ...mini("1"), model: "our-own-model" }]);
    await operator("POST", `${tenant.path}/budgets`, {
      name: "all",
      scope: { type: "tenant" },
      period: "month",
      limit_usd: "100",
      enforcement: "hard",
    });
    const { record } = await chat(tenant, "our-own-model", { max_tokens: 20 });
    expect(record).toMatchObject({ price_source: "tenant", price_version: tenant.prices[0] });
  });

  it("of no one is the dearest of all where a hard budget says so, and is explained as that", async () => {
    const tenant = await tenantWith();
    await operator("POST", `${tenant.path}/budgets`, {
      name: "all",
      scope: { type: "tenant" },
      period: "month",
      limit_usd: "100",
      enforcement: "hard",
      on_unpriced: "dearest",
    });
    const { record, cost } = await chat(tenant, "nobody-knows", { max_tokens: 20 });
    expect(record.price_source).toBe("catalog");
    expect(cost).toMatchObject({ matches: true, mismatch: null, sum_usd: record.cost_usd, priced_as: { model: "*" } });
  });

  it("of the name that the answer bears wins too, and the bound knows", async () => {
    const plain = await tenantWith();
    const { record: before } = await chat(plain, "gpt-5-mini");
    expect(before.model_served).not.toBe("gpt-5-mini");
    const tenant = await tenantWith([{ ...mini("90000"), model: before.model_served }]);
    const { record, cost } = await chat(tenant, "gpt-5-mini");
    expect(record).toMatchObject({ price_source: "tenant", price_version: tenant.prices[0] });
    expect(record.flags).not.toContain("bound_exceeded");
    expect(cost.matches).toBe(true);
  });

  it("holds for imported usage that names no cost", async () => {
    const tenant = await tenantWith([mini("100"), mini("4")]);
    const event = { id: "import-1", provider: "openai", model: "gpt-5-mini", tokens: { input: 1_000, output: 100 } };
    await operator("POST", `${tenant.path}/usage`, { events: [event] });
    await runDurableObjectAlarm(env.LEDGER.getByName(tenant.id));
    const { body: record } = await operator("GET", `${tenant.path}/usage/import-1`);
    expect(record).toMatchObject({ cost_usd: "0.004800000", price_source: "tenant", price_version: tenant.prices[1] });
    expect((await operator("GET", `${tenant.path}/usage/import-1/cost`)).body.matches).toBe(true);
  });

  it("that changed or went since is said to have", async () => {
    const tenant = await tenantWith([mini("4")]);
    const { record } = await chat(tenant, "gpt-5-mini");
    const price = `${tenant.path}/prices/${tenant.prices[0]}`;
    const explain = async () => (await operator("GET", `${tenant.path}/usage/${record.id}/cost`)).body;
    await operator("PATCH", price, { per_million_tokens: { input: "5", output: "8" } });
    expect(await explain()).toMatchObject({ matches: false, mismatch: "price_changed", cost_usd: record.cost_usd });
    await operator("DELETE", price);
    expect(await explain()).toMatchObject({ matches: false, mismatch: "price_removed", cost_parts: [] });
  });

  it.each([
    ["no price of input", { per_million_tokens: { output: "8" } }],
    ["no price at all", { per_request: "1" }],
    ["a negative", { per_million_tokens: { input: "-1" } }],
    ["a word", { per_million_tokens: { input: "cheap" } }],
    ["an exponent", { per_million_tokens: { input: 1e-9 } }],
    ["finer than the books are", { per_million_tokens: { input: "0.0000001" } }],
    ["beyond all measure", { per_million_tokens: { input: "100001" } }],
    ["a kind that there is not", { per_million_tokens: { input: "1", inputs: "1" } }],
  ])("is refused where it has %s", async (_, fields) => {
    const { path } = await tenantWith();
    const { status } = await operator("POST", `${path}/prices`, { provider: "openai", model: "gpt-5", ...fields });
    expect(status).toBe(400);
  });
});
