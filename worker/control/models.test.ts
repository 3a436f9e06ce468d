import { beforeAll, expect, it } from "vitest";
import type { PricedModel } from "./price-shapes.ts";
import { call, newTenant, operator, tokenOf } from "./test-kit.ts";

let path = "";
let tenant = "";
beforeAll(async () => {
  tenant = await newTenant();
  path = `/api/v1/tenants/${tenant}`;
});

const models = async (query: string): Promise<{ data: PricedModel[]; next_cursor: string | null }> =>
  (await operator("GET", `${path}/models?${query}`)).body;

it("finds a model by words of its name, with its price for a million tokens and its window", async () => {
  const { data } = await models("q=openai gpt-5-mini");
  expect(data.find(({ model }) => model === "gpt-5-mini")).toMatchObject({
    provider: "openai",
    source: "catalog",
    price: null,
    per_million_tokens: { input: "0.250000000000", input_cached: "0.025000000000", output: "2.000000000000" },
    context_window: 400_000,
    max_output: 128_000,
  });
  expect(data.every(({ provider, model }) => `${provider}/${model}`.includes("gpt-5-mini"))).toBe(true);
  expect((await models("q=nothing of that name")).data).toEqual([]);
});

it("goes through all of them, each once, in order", async () => {
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await models(`provider=anthropic&limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...page.data.map(({ model }) => model));
    cursor = page.next_cursor;
  }
  expect(seen.length).toBeGreaterThan(15);
  expect(seen).toEqual([...new Set(seen)].sort());
});

it("has the tenant's own prices over the catalogue's, the newest of each model, and models that nobody else knows", async () => {
  const input = { provider: "openai", model: "gpt-5-mini" };
  await operator("POST", `${path}/prices`, { ...input, per_million_tokens: { input: "9", output: "9" } });
  await operator("POST", `${path}/prices`, { ...input, per_million_tokens: { input: "0.2", output: "1.6" } });
  const { body: own } = await operator("POST", `${path}/prices`, {
    provider: "my-vllm",
    model: "house-7b",
    per_million_tokens: { input: "0.1" },
    context_window: 8_192,
  });
  const { data } = await models("source=tenant");
  expect(data).toMatchObject([
    { model: "house-7b", price: own.id, context_window: 8_192, per_million_tokens: { input: "0.100000000000" } },
    { model: "gpt-5-mini", per_million_tokens: { input: "0.200000000000" }, context_window: 400_000 },
  ]);
});

it("marks what has no price", async () => {
  const { data } = await models("source=none&limit=3");
  expect(data).toHaveLength(3);
  for (const model of data) expect(model).toMatchObject({ source: "none", per_million_tokens: {} });
});

it("is there for every role", async () => {
  for (const role of ["developer", "billing", "viewer"]) {
    expect((await call("GET", `${path}/models`, { headers: await tokenOf(tenant, role) })).status, role).toBe(200);
  }
});
