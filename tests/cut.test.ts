/** A budget that runs out in the middle of a stream: the official SDKs finish as at a token limit, and the bill is exact. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSystem } from "./support/system.ts";

type System = Awaited<ReturnType<typeof startSystem>>;

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, 120_000);
afterAll(() => system?.stop());

async function api<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${system.url}/api/v1/tenants/${system.tenant}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${system.adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as T;
}

interface Record {
  status: string;
  usage_source: string;
  cost_usd: string;
  bound_usd: string;
  tokens: { output: number };
}

/** A test key whose hard budget is `limitUsd`. */
async function budgetedKey(limitUsd: string): Promise<{ id: string; key: string; budget: string }> {
  const { id, key } = await api<{ id: string; key: string }>("/keys", { name: "cut", mode: "test" });
  const scope = { type: "key", id };
  const more = { period: "total", enforcement: "hard" };
  const budget = await api<{ id: string }>("/budgets", { name: `cut ${id}`, scope, limit_usd: limitUsd, ...more });
  return { id, key, budget: budget.id };
}

/** The one record of `key`, and what its budget then says. */
async function settled(of: { id: string; budget: string }): Promise<{ record: Record; spent: string; held: string }> {
  for (let tries = 0; tries < 40; tries++) {
    const { data } = await api<{ data: Record[] }>(`/usage?key=${of.id}`);
    const budget = await api<{ spent_usd: string; held_usd: string }>(`/budgets/${of.budget}`);
    if (data[0] && Number(budget.held_usd) === 0)
      return { record: data[0], spent: budget.spent_usd, held: budget.held_usd };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no record came");
}

/** The long answer that no budget here pays for. */
const PROMPT = "Tell me everything. [[sandbox: tokens=8000]]";

async function expectCut(of: { id: string; budget: string }, limitUsd: string, text: string): Promise<void> {
  expect(text.length).toBeGreaterThan(100);
  const { record, spent } = await settled(of);
  expect(record).toMatchObject({ status: "cut", usage_source: "counted" });
  expect(record.tokens.output).toBeGreaterThan(50);
  expect(record.cost_usd).toBe(spent);
  expect(Number(spent)).toBeGreaterThan(0);
  expect(Number(spent)).toBeLessThanOrEqual(Number(limitUsd));
  // To cut an answer short is to refuse the rest of it: whoever watches the budget hears of it.
  const { data } = await api<{ data: { type: string; budget?: { id: string } }[] }>("/alert-log");
  expect(data.filter((alert) => alert.type === "budget.exceeded").map(({ budget }) => budget?.id)).toContain(of.budget);
}

test("chat: finish_reason length, a note of ours, and the budget used to its end", async () => {
  const of = await budgetedKey("0.0008");
  const client = new OpenAI({ baseURL: `${system.url}/openai/v1`, apiKey: of.key });
  const messages = [{ role: "user" as const, content: PROMPT }];
  const stream = client.chat.completions.stream({ model: "gpt-4o-mini", messages });
  const completion = await stream.finalChatCompletion();
  expect(completion.choices[0]?.finish_reason).toBe("length");
  await expectCut(of, "0.0008", completion.choices[0]?.message.content ?? "");
  // OpenAI's own tokenizer counts what passed: hardly anything of the budget is left.
  expect(Number((await settled(of)).spent)).toBeGreaterThan(0.0007);
});

test("responses: response.incomplete with all that came before", async () => {
  const of = await budgetedKey("0.0008");
  const client = new OpenAI({ baseURL: `${system.url}/openai/v1`, apiKey: of.key });
  const response = await client.responses.stream({ model: "gpt-4o-mini", input: PROMPT }).finalResponse();
  expect(response.status).toBe("incomplete");
  expect(response.incomplete_details?.reason).toBe("max_output_tokens");
  await expectCut(of, "0.0008", response.output_text);
});

test("messages: stop_reason max_tokens", async () => {
  const of = await budgetedKey("0.03");
  const client = new Anthropic({ baseURL: `${system.url}/anthropic`, apiKey: of.key });
  const messages = [{ role: "user" as const, content: PROMPT }];
  const message = await client.messages
    .stream({ model: "claude-3-5-haiku-20241022", max_tokens: 8192, messages })
    .finalMessage();
  expect(message.stop_reason).toBe("max_tokens");
  await expectCut(of, "0.03", message.content[0]?.type === "text" ? message.content[0].text : "");
});

test("gemini: finishReason MAX_TOKENS", async () => {
  const of = await budgetedKey("0.002");
  const client = new GoogleGenAI({ apiKey: of.key, httpOptions: { baseUrl: `${system.url}/google` } });
  let text = "";
  let finish: string | undefined;
  for await (const chunk of await client.models.generateContentStream({
    model: "gemini-2.0-flash",
    contents: PROMPT,
  })) {
    text += chunk.text ?? "";
    finish = chunk.candidates?.[0]?.finishReason ?? finish;
  }
  expect(finish).toBe("MAX_TOKENS");
  await expectCut(of, "0.002", text);
});
