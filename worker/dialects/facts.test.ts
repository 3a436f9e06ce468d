import { expect, test } from "vitest";
import { DIALECTS } from "./index.ts";
import type { FactsContext } from "./types.ts";

const NO_PATH = { model: null, method: null };
const factsOf = (dialect: keyof typeof DIALECTS, body: object, path: FactsContext = NO_PATH) =>
  DIALECTS[dialect].facts(JSON.parse(JSON.stringify(body)), path);

test("the larger of two caps counts, since no one knows which the provider takes", () => {
  expect(factsOf("chat", { max_tokens: 10, max_completion_tokens: 5000 }).maxOutputTokens).toBe(5000);
});

test("a cap that is no count is none, nor is one beside it that the provider may take in its place", () => {
  expect(factsOf("chat", { max_tokens: -1, max_completion_tokens: 10 }).maxOutputTokens).toBeNull();
  expect(factsOf("chat", { max_tokens: "9000", max_completion_tokens: 10 }).maxOutputTokens).toBeNull();
  expect(factsOf("chat", { max_tokens: null, max_completion_tokens: 10 }).maxOutputTokens).toBe(10);
  const configs = { generationConfig: { maxOutputTokens: 1 }, generation_config: { candidateCount: "8" } };
  expect(factsOf("gemini", configs)).toMatchObject({ maxOutputTokens: null, choices: 8 });
});

test("a cap beside which a model may think is none", () => {
  expect(factsOf("chat", { max_tokens: 10, enable_thinking: true }).maxOutputTokens).toBeNull();
  expect(factsOf("chat", { max_tokens: 10, enable_thinking: false }).maxOutputTokens).toBe(10);
});

test("max_completion_tokens is no cap where the provider does not know it", () => {
  const old = { model: null, method: null, knowsMaxTokensOnly: true };
  expect(factsOf("chat", { max_completion_tokens: 10 }, old).maxOutputTokens).toBeNull();
  expect(factsOf("chat", { max_completion_tokens: 10, max_tokens: 20 }, old).maxOutputTokens).toBe(20);
  expect(DIALECTS.chat.capPath({}, old)).toEqual(["max_tokens"]);
  expect(DIALECTS.chat.capPath({ max_completion_tokens: null }, old)).toEqual(["max_tokens"]);
});

test("every choice is counted: n, best_of, several prompts, candidates in either spelling", () => {
  expect(factsOf("chat", { n: 3 }).choices).toBe(3);
  // Hosts that read their bodies leniently take a number in text.
  expect(factsOf("chat", { n: "3" }).choices).toBe(3);
  expect(factsOf("completions", { prompt: ["a", "b"], n: 2, best_of: 4 }).choices).toBe(8);
  expect(factsOf("completions", { prompt: [1, 2, 3] }).choices).toBe(1);
  expect(factsOf("gemini", { generation_config: { candidate_count: 4 } }).choices).toBe(4);
});

test.each([
  ["chat", { web_search_options: {} }],
  ["chat", { tools: [{ type: "code_interpreter" }] }],
  ["chat", { plugins: [{ id: "web" }] }],
  ["chat", { preset: "mine" }],
  ["chat", { enable_search: true }],
  ["chat", { model: "google/gemini-2.5-pro:online" }],
  ["chat", { model: "a", models: ["google/gemini-2.5-pro:online"] }],
  ["completions", { plugins: [{ id: "web" }] }],
  ["responses", { plugins: [{ id: "web" }] }],
  ["responses", { context_management: [{ type: "compaction", compact_threshold: 1000 }] }],
  ["responses", { tools: [{ type: "namespace", tools: [{ type: "mcp" }] }] }],
  ["messages", { plugins: [{ id: "web" }] }],
  ["messages", { compaction: {} }],
  ["messages", { fallbacks: "default" }],
  ["messages", { fallbacks: [{ model: "claude-opus-4-8", speed: "fast" }] }],
  ["responses", { tools: [{ type: "web_search" }] }],
  ["responses", { tools: [{ type: "shell", environment: { type: "container_auto" } }] }],
  ["messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
  ["messages", { mcp_servers: [{ url: "https://x" }] }],
  ["messages", { context_management: { edits: [{ type: "compact_20260112" }] } }],
  ["gemini", { tools: [{ google_search: {} }] }],
  ["gemini", { tools: { codeExecution: {} } }],
] as const)("what the provider itself runs cannot be bounded: %s %j", (dialect, body) => {
  expect(factsOf(dialect, body).unboundedBy).not.toBeNull();
});

test.each([
  ["chat", { tools: [{ type: "function" }, { type: "custom" }] }],
  ["responses", { tools: [{ type: "function" }, { type: "shell" }] }],
  ["responses", { tools: [{ type: "shell", environment: { type: "local" } }] }],
  ["messages", { tools: [{ name: "mine" }, { type: "bash_20250124", name: "bash" }] }],
  ["gemini", { tools: [{ functionDeclarations: [] }, { function_declarations: [] }] }],
] as const)("what only the client runs can: %s %j", (dialect, body) => {
  expect(factsOf(dialect, body).unboundedBy).toBeNull();
});

test.each([
  ["responses", { previous_response_id: "resp_1" }],
  ["responses", { input: [{ type: "item_reference", id: "i" }] }],
  ["responses", { input: [{ role: "user", content: [{ type: "input_file", file_id: "f" }] }] }],
  ["chat", { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }] }],
  [
    "messages",
    { messages: [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: "f" } }] }] },
  ],
  ["gemini", { cached_content: "cachedContents/1" }],
  ["cohere", { conversation_id: "c" }],
  ["embeddings", { input: [{ content: [{ type: "image_url", image_url: { url: "https://x" } }] }] }],
  ["gemini", { contents: [{ parts: [{ file_data: { file_uri: "u" } }] }] }],
] as const)("input by reference is told: %s %j", (dialect, body) => {
  expect(factsOf(dialect, body).references).toBe(true);
});

test("what adds to something that the provider keeps is told from what only refers to it", () => {
  const adds: [keyof typeof DIALECTS, object][] = [
    ["responses", { conversation: "conv_1" }],
    ["responses", { conversation: { id: "conv_1" } }],
    ["responses", { tools: [{ type: "code_interpreter", container: "cntr_1" }] }],
    ["responses", { tools: [{ type: "shell", environment: { type: "container_reference", container_id: "cntr_1" } }] }],
    ["messages", { container: "container_1" }],
    ["messages", { container: { id: "container_1", skills: [] } }],
    ["cohere", { conversation_id: "c" }],
  ];
  for (const [name, body] of adds) expect(factsOf(name, body).continues, JSON.stringify(body)).toBe(true);
  const refers: [keyof typeof DIALECTS, object][] = [
    ["responses", { previous_response_id: "resp_1", conversation: null }],
    ["responses", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
    ["messages", { container: { skills: [] } }],
  ];
  for (const [name, body] of refers) expect(factsOf(name, body).continues, JSON.stringify(body)).toBe(false);
});

test("media are counted wherever they hide", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "" } };
  const result = { type: "tool_result", content: [image, image] };
  expect(factsOf("messages", { messages: [{ role: "user", content: [image, result] }] }).media.images).toBe(3);
  const inline = { inline_data: { mime_type: "audio/wav", data: "" } };
  expect(factsOf("gemini", { contents: { parts: [inline] } }).media.audio).toBe(1);
  const address = { type: "image_url", image_url: { url: "data:," } };
  const mixed = {
    inputs: [{ content: [{ type: "text", text: "x" }, address] }, { content: [address] }],
    images: ["data:,"],
  };
  expect(factsOf("cohere", mixed).media.images).toBe(3);
  const unknown = { type: "hologram" };
  expect(factsOf("chat", { messages: [{ content: [unknown] }] }).media.documents).toBe(1);
});

test("models that the provider may choose are told", () => {
  expect(factsOf("chat", { model: "a", models: ["b", "c"] }).alternatives).toEqual(["b", "c"]);
  expect(factsOf("messages", { fallbacks: [{ model: "d" }] }).alternatives).toEqual(["d"]);
});

test("each of Anthropic's fallbacks is a try of its own, at its own cap", () => {
  const facts = factsOf("messages", { max_tokens: 10, fallbacks: [{ model: "d", max_tokens: 50 }, { model: "e" }] });
  expect(facts).toMatchObject({ attempts: 3, maxOutputTokens: 50 });
});

test("a tool that the provider runs is limited where the request limits it, and only where nothing else is unbounded", () => {
  const search = { type: "web_search_20250305", name: "web_search" };
  const limitedOf = (dialect: "messages" | "responses" | "chat", body: object) => factsOf(dialect, body).limitedTools;
  expect(limitedOf("messages", { tools: [{ name: "mine" }, { ...search, max_uses: 3 }] })).toEqual([
    { type: "web_search_20250305", maxCalls: 3, memory: null },
  ]);
  expect(limitedOf("messages", { tools: [search] })).toBeNull();
  expect(
    limitedOf("messages", { tools: [{ ...search, max_uses: 3 }, { type: "code_execution_20250825" }] }),
  ).toBeNull();
  expect(
    limitedOf("messages", { tools: [{ ...search, max_uses: 3 }], mcp_servers: [{ url: "https://x" }] }),
  ).toBeNull();
  const code = { type: "code_interpreter", container: { type: "auto", memory_limit: "4g" } };
  expect(limitedOf("responses", { max_tool_calls: 2, tools: [{ type: "web_search" }, code] })).toEqual([
    { type: "web_search", maxCalls: 2, memory: null },
    { type: "code_interpreter", maxCalls: 2, memory: "4g" },
  ]);
  expect(limitedOf("responses", { tools: [{ type: "web_search" }] })).toBeNull();
  expect(limitedOf("responses", { max_tool_calls: 2, tools: [code], search_parameters: {} })).toBeNull();
  expect(limitedOf("chat", { web_search_options: {} })).toHaveLength(1);
  expect(limitedOf("chat", { web_search_options: {}, plugins: [{ id: "web" }] })).toBeNull();
  expect(limitedOf("chat", { tools: [{ type: "function" }] })).toBeNull();
});
