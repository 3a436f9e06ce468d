import { expect, test } from "vitest";
import {
  anthropicEndpoint,
  cohereEndpoint,
  geminiEndpoint,
  mistralEndpoint,
  openAiEndpoint,
  vertexEndpoint,
} from "./endpoints.ts";

test.each([
  ["/v1/chat/completions", "chat/completions", "chat", "metered"],
  ["/openai/v1/chat/completions", "chat/completions", "chat", "metered"],
  ["/inference/v1/completions", "completions", "completions", "metered"],
  ["/api/paas/v4/chat/completions", "chat/completions", "chat", "metered"],
  ["/together/v1/chat/completions", "chat/completions", "chat", "metered"],
  ["/chat/completions", "chat/completions", "chat", "metered"],
  ["/beta/chat/completions", "chat/completions", "chat", "metered"],
  ["/models/chat/completions", "models/chat/completions", "chat", "metered"],
  ["/api/v1/messages", "messages", "messages", "metered"],
  ["/anthropic/v1/messages/count_tokens", "messages/count_tokens", null, "free"],
  ["/v1/responses", "responses", "responses", "metered"],
  ["/v1/agent", "agent", "responses", "metered"],
  ["/v1/sonar", "sonar", "chat", "metered"],
  ["/v1/decisions", "decisions", "responses", "metered"],
  ["/v1/responses/input_tokens", "responses/input_tokens", null, "free"],
  ["/v1/files", "files", null, "free"],
  ["/v1/uploads/u_1/parts", "uploads/u_1/parts", null, "free"],
  ["/v1/moderations", "moderations", null, "free"],
  ["/v1/fine_tuning/jobs", "fine_tuning/jobs", null, "unmetered"],
  ["/v1/threads/t_1/runs", "threads/t_1/runs", null, "unmetered"],
  ["/v1/constructor", "constructor", null, "unmetered"],
])("OpenAI's POST %s", (path, name, dialect, billing) => {
  const endpoint = openAiEndpoint("POST", path);
  expect([endpoint.dialect, endpoint.billing]).toEqual([dialect, billing]);
  expect(name.endsWith(endpoint.name)).toBe(true);
});

test.each([
  ["GET", "/v1/responses/resp_1", "responses/{id}", "responses"],
  ["GET", "/openai/v1/responses/resp_1", "responses/{id}", "responses"],
  ["POST", "/v1/responses/resp_1/cancel", "responses/{id}/cancel", "responses"],
  ["GET", "/v1/agent/resp_1", "agent/{id}", "responses"],
  ["DELETE", "/v1/responses/resp_1", "responses/resp_1", undefined],
  ["GET", "/v1/responses/resp_1/input_items", "responses/resp_1/input_items", undefined],
])("OpenAI's %s %s is free, and may tell what earlier work used", (method, path, name, tellsEarlier) => {
  const endpoint = openAiEndpoint(method, path);
  expect(endpoint).toMatchObject({ name, billing: "free", dialect: null });
  expect(endpoint.tellsEarlier).toBe(tellsEarlier);
});

test.each([
  "files/..%2fchat/completions",
  "files/f_1/%2e%2e%2f..%2fchat/completions",
  "files/..;/chat/completions",
  "uploads/.%2e/chat/completions",
  `files/${"a".repeat(125)}/..%2f..%2fchat/completions`,
  "chat/completions%3f/cancel",
  "responses/..%2fresponses%3f/cancel",
])("a path that a server may read as another one is not free: %s", (path) => {
  expect(openAiEndpoint("POST", `/v1/${path}`).billing).toBe("unmetered");
  expect(anthropicEndpoint("POST", `/v1/${path}`).billing).toBe("unmetered");
  expect(geminiEndpoint("POST", `/v1beta/${path}`).billing).toBe("unmetered");
});

test("Mistral sells moderations, which OpenAI gives away, and completes code in a chat's format", () => {
  expect(openAiEndpoint("POST", "/v1/moderations").billing).toBe("free");
  for (const path of ["/v1/moderations", "/v1/chat/moderations"])
    expect(mistralEndpoint("POST", path)).toMatchObject({ dialect: "embeddings", billing: "metered" });
  expect(mistralEndpoint("POST", "/v1/fim/completions")).toMatchObject({ dialect: "chat", billing: "metered" });
  expect(mistralEndpoint("POST", "/v1/chat/completions").dialect).toBe("chat");
});

test("xAI's deferred completion is fetched for nothing, and tells what the work used whose id its path names", () => {
  expect(openAiEndpoint("GET", "/v1/chat/deferred-completion/f15c%2D1")).toMatchObject({
    name: "chat/deferred-completion/{id}",
    billing: "free",
    tellsEarlier: "chat",
    earlierId: "f15c-1",
  });
});

test("Azure's deployment is the model", () => {
  expect(openAiEndpoint("POST", "//openai/deployments/my%20gpt/chat/completions")).toMatchObject({
    name: "chat/completions",
    model: "my gpt",
    dialect: "chat",
  });
});

test("reading and deleting cost nothing, anywhere", () => {
  for (const method of ["GET", "HEAD", "DELETE", "OPTIONS"]) {
    expect(openAiEndpoint(method, "/v1/fine_tuning/jobs/j_1").billing).toBe("free");
    expect(anthropicEndpoint(method, "/v1/messages/batches/b_1").billing).toBe("free");
    expect(geminiEndpoint(method, "/v1beta/cachedContents/c_1").billing).toBe("free");
  }
});

test("Anthropic's messages are metered, their count is free, a batch tells nothing of its cost", () => {
  expect(anthropicEndpoint("POST", "/v1/messages")).toMatchObject({ dialect: "messages", billing: "metered" });
  expect(anthropicEndpoint("POST", "/v1/messages/count_tokens").billing).toBe("free");
  expect(anthropicEndpoint("POST", "/v1/messages/batches").billing).toBe("unmetered");
  expect(anthropicEndpoint("POST", "/v1/chat/completions")).toMatchObject({ dialect: "chat", billing: "metered" });
});

test.each([
  ["generateContent", "metered"],
  ["streamGenerateContent", "metered"],
  ["batchEmbedContents", "metered"],
  ["countTokens", "free"],
  ["batchGenerateContent", "unmetered"],
])("Gemini's method %s is %s, and the path names the model", (method, billing) => {
  const path = `/v1beta/models/gemini-3-flash:${method}`;
  expect(geminiEndpoint("POST", path)).toMatchObject({ model: "gemini-3-flash", method, billing });
});

test("Gemini's OpenAI-compatible endpoint speaks chat", () => {
  expect(geminiEndpoint("POST", "/v1beta/openai/chat/completions").dialect).toBe("chat");
});

test("Vertex serves Gemini, Claude and OpenAI's format", () => {
  const place = "/v1/projects/p/locations/us-east5/publishers";
  expect(vertexEndpoint("POST", `${place}/google/models/gemini-3-flash:generateContent`).dialect).toBe("gemini");
  expect(vertexEndpoint("POST", `${place}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`)).toMatchObject(
    {
      dialect: "messages",
      model: "claude-sonnet-4-5-20250929",
      isRegional: true,
    },
  );
  const everywhere = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-sonnet-4-5:rawPredict";
  expect(vertexEndpoint("POST", everywhere).isRegional).toBeUndefined();
  expect(vertexEndpoint("POST", `${place}/anthropic/models/count-tokens:rawPredict`).billing).toBe("free");
  expect(vertexEndpoint("POST", "/v1/projects/p/locations/global/endpoints/openapi/chat/completions").dialect).toBe(
    "chat",
  );
});

test("Cohere's endpoints are its own", () => {
  expect(cohereEndpoint("POST", "/v2/chat")).toMatchObject({ name: "chat", dialect: "cohere", method: "chat" });
  expect(cohereEndpoint("POST", "/v2/rerank").billing).toBe("metered");
  expect(cohereEndpoint("POST", "/v1/tokenize").billing).toBe("free");
});
