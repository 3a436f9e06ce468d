/** What providers report, by the traps of each: one exchange a fact. */
import { expect, test } from "vitest";
import { NO_TOKENS, type Tokens } from "../core/usage.ts";
import { StreamMeter } from "../gateway/stream-meter.ts";
import { DIALECTS, type DialectName } from "./index.ts";
import type { Reading } from "./types.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function unary(dialect: DialectName, body: unknown): Reading {
  const meter = new StreamMeter(DIALECTS[dialect], "application/json");
  meter.seeAll(encode(JSON.stringify(body)));
  return meter.end();
}

function streamed(dialect: DialectName, ...events: unknown[]): Reading {
  const meter = new StreamMeter(DIALECTS[dialect], "text/event-stream");
  for (const event of events) {
    const { type } = typeof event === "object" && event !== null && "type" in event ? event : { type: undefined };
    const name = typeof type === "string" ? `event: ${type}\n` : "";
    meter.see(encode(`${name}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`));
  }
  return meter.end();
}

/** Told unstreamed, in the chunk with the last choice, and in one without choices. */
function chat(usage: object): Reading[] {
  const last = { model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  return [
    unary("chat", { model: "m", choices: [{ message: { content: "x" }, finish_reason: "stop" }], usage }),
    streamed("chat", { model: "m", choices: [{ delta: { content: "x" } }] }, { ...last, usage }, "[DONE]"),
    streamed("chat", { ...last, usage: null }, { model: "m", choices: [], usage }, "[DONE]"),
  ];
}

function expectTokens(reading: Reading, tokens: Partial<Tokens>): void {
  expect(reading.reported?.tokens).toEqual({ ...NO_TOKENS, ...tokens });
  expect(reading).toMatchObject({ finished: true, error: null });
}

test.each<[string, object, Partial<Tokens>]>([
  [
    "OpenAI: details are parts of the totals, rejected predictions among the output",
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20, audio_tokens: 10, image_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 4, rejected_prediction_tokens: 8 },
    },
    {
      input: 100,
      inputCached: 60,
      inputCacheWrite: 20,
      inputAudio: 10,
      inputImage: 5,
      output: 50,
      outputReasoning: 30,
      outputAudio: 4,
    },
  ],
  [
    "xAI: reasoning stands beside the completion",
    {
      prompt_tokens: 12,
      completion_tokens: 5,
      total_tokens: 117,
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    { input: 12, output: 105, outputReasoning: 100 },
  ],
  [
    "Gemini's OpenAI-compatible endpoint: only the total holds the thoughts",
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 40 },
    { input: 10, output: 30 },
  ],
  [
    "Mistral: audio stands beside the prompt",
    { prompt_tokens: 9, completion_tokens: 5, total_tokens: 389, prompt_tokens_details: { audio_tokens: 375 } },
    { input: 384, inputAudio: 375, output: 5 },
  ],
  [
    "Mistral: cached tokens by their old name",
    { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22, num_cached_tokens: 16 },
    { input: 20, inputCached: 16, output: 2 },
  ],
  [
    "DeepSeek: hits and misses make the prompt",
    { prompt_tokens: 30, prompt_cache_hit_tokens: 20, prompt_cache_miss_tokens: 10, completion_tokens: 4 },
    { input: 30, inputCached: 20, output: 4 },
  ],
  [
    "Moonshot: cached tokens at the top level",
    { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34, cached_tokens: 24 },
    { input: 30, inputCached: 24, output: 4 },
  ],
  [
    "Grok on Azure: a hidden prompt is cached beyond the prompt",
    { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34, prompt_tokens_details: { cached_tokens: 700 } },
    { input: 30, output: 4 },
  ],
  [
    "Groq and Cerebras: times are no tokens",
    { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34, queue_time: 0.2, prompt_time: 0.01, total_time: 0.3 },
    { input: 30, output: 4 },
  ],
])("%s", (_, usage, tokens) => {
  for (const reading of chat(usage)) expectTokens(reading, tokens);
});

test("Vertex's OpenAI-compatible endpoint tells its tier beside the tokens", () => {
  const google = { traffic_type: "ON_DEMAND_FLEX" };
  for (const reading of chat({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, extra_properties: { google } }))
    expect(reading.conditions).toEqual({ serviceTier: "ON_DEMAND_FLEX" });
});

test("Groq: older streams tell their usage beside themselves", () => {
  const x_groq = { id: "r", usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };
  const last = { model: "m", choices: [{ delta: {}, finish_reason: "stop" }] };
  expectTokens(streamed("chat", { ...last, x_groq }, "[DONE]"), { input: 3, output: 2 });
});

test("Perplexity and Fireworks: usage in many chunks is never added up, the last one counts", () => {
  const chunk = (completion_tokens: number, finish_reason: string | null) => ({
    choices: [{ delta: { content: "x" }, finish_reason }],
    usage: {
      prompt_tokens: 5,
      completion_tokens,
      total_tokens: 5 + completion_tokens,
      cost: { total_cost: completion_tokens / 1e6 },
    },
  });
  const reading = streamed("chat", chunk(1, null), chunk(2, null), chunk(9, "stop"), chunk(9, "stop"));
  expectTokens(reading, { input: 5, output: 9 });
  expect(reading.reported?.costUsd).toBe(9e-6);
});

test.each<[string, object, number]>([
  ["OpenRouter's in credits", { cost: 0.0125, is_byok: false }, 0.0125],
  [
    "OpenRouter's fee and the upstream's bill with the customer's own key",
    { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
    0.021,
  ],
  ["Perplexity's total", { cost: { request_cost: 0.005, total_cost: 0.0061 } }, 0.0061],
  ["xAI's ticks", { cost_in_usd_ticks: 161_508_500 }, 0.01615085],
])("the provider's own cost is read: %s", (_, cost, usd) => {
  for (const reading of chat({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, ...cost })) {
    expect(reading.reported?.costUsd).toBeCloseTo(usd, 12);
  }
});

test("a cost of no ticks is none of the provider's: Azure bills Grok; a free model's cost of 0 is one", () => {
  const costOf = (cost: object) =>
    chat({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, ...cost })[0]?.reported;
  expect(costOf({ cost_in_usd_ticks: 0 })?.costUsd).toBeNull();
  expect(costOf({ cost: 0 })?.costUsd).toBe(0);
});

test("OpenRouter: with the customer's own key a fee without the upstream's bill is no cost", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cost: 0, is_byok: true };
  for (const cost_details of [null, {}, { upstream_inference_cost: null }])
    for (const reading of chat({ ...usage, cost_details })) expect(reading.reported?.costUsd).toBeNull();
});

test("Perplexity: deep research thinks, reads and searches beside its completion", () => {
  const usage = { prompt_tokens: 8, completion_tokens: 50, total_tokens: 58, citation_tokens: 900 };
  for (const reading of chat({ ...usage, num_search_queries: 12, reasoning_tokens: 4_000 })) {
    expectTokens(reading, { input: 8, output: 50 });
    expect(reading.reported?.units).toEqual({ citation_tokens: 900, search_queries: 12, reasoning_tokens: 4_000 });
  }
});

test("OpenRouter: an error in a stream comes with what was billed until then", () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10, cost: 0.1 };
  const reading = streamed(
    "chat",
    { error: { code: 502, message: "upstream" }, choices: [{ finish_reason: "error" }], usage },
    "[DONE]",
  );
  expect(reading).toMatchObject({ error: "upstream", reported: { tokens: { input: 7, output: 3 }, costUsd: 0.1 } });
});

test("a stream that ended without usage reports none, and one without an end is not finished", () => {
  const open = { model: "m", choices: [{ delta: { content: "x" } }] };
  expect(streamed("chat", open, "[DONE]")).toMatchObject({ reported: null, finished: true });
  expect(streamed("chat", open)).toMatchObject({ reported: null, finished: false });
});

const START = {
  type: "message_start",
  message: { model: "claude-haiku-4-5", usage: { input_tokens: 702, cache_read_input_tokens: 10, output_tokens: 1 } },
};
const delta = (usage: object) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });
const STOP = { type: "message_stop" };

test("Anthropic: the input leaves cache reads and writes out, and an hour's writes are a part of all", () => {
  const usage = {
    input_tokens: 17,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 2_056,
    cache_creation: { ephemeral_5m_input_tokens: 56, ephemeral_1h_input_tokens: 2_000 },
    output_tokens: 90,
    output_tokens_details: { thinking_tokens: 40 },
    service_tier: "standard",
    inference_geo: "us",
  };
  const tokens = {
    input: 2_173,
    inputCached: 100,
    inputCacheWrite: 2_056,
    inputCacheWrite1h: 2_000,
    output: 90,
    outputReasoning: 40,
  };
  const whole = unary("messages", { type: "message", model: "claude-opus-4-6", usage });
  expectTokens(whole, tokens);
  expect(whole.conditions).toEqual({ serviceTier: "standard", inferenceGeo: "us" });
  expectTokens(
    streamed("messages", { type: "message_start", message: { usage } }, delta({ output_tokens: 90 }), STOP),
    tokens,
  );
});

test("Anthropic: message_delta is cumulative and replaces what message_start said; what it leaves out stays", () => {
  const grown = streamed(
    "messages",
    START,
    delta({ input_tokens: 1_591, output_tokens: 20 }),
    delta({ output_tokens: 44, cache_read_input_tokens: null }),
    STOP,
  );
  expectTokens(grown, { input: 1_601, inputCached: 10, output: 44 });
  expect(streamed("messages", START).reported?.tokens).toMatchObject({ input: 712, output: 1 });
});

test("Anthropic: turns of other models are told apart, and searches and fetches counted", () => {
  const turn = (type: string, model: string | undefined, input_tokens: number, output_tokens: number) => ({
    type,
    model,
    input_tokens,
    output_tokens,
  });
  const usage = {
    input_tokens: 412,
    output_tokens: 264,
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    iterations: [
      turn("compaction", undefined, 60_000, 900),
      turn("message", undefined, 412, 264),
      turn("advisor_message", "claude-opus-4-8", 2_529, 18),
    ],
  };
  for (const reading of [
    unary("messages", { model: "claude-sonnet-5", usage }),
    streamed("messages", START, delta(usage), STOP),
  ]) {
    const { reported } = reading;
    expect(reported?.units).toEqual({ web_search_requests: 2, web_fetch_requests: 1 });
    expect(reported?.byModel?.map(({ model, tokens }) => [model, tokens.input, tokens.output])).toEqual([
      [null, 60_000, 900],
      [null, 412, 264],
      ["claude-opus-4-8", 2_529, 18],
    ]);
  }
});

test("OpenRouter: in Anthropic's format too it tells its cost, streamed or not", () => {
  const usage = { input_tokens: 9, output_tokens: 1, cost: 0.01 };
  expect(unary("messages", { type: "message", model: "m", usage }).reported?.costUsd).toBe(0.01);
  const { cost, ...started } = usage;
  const reading = streamed(
    "messages",
    { type: "message_start", message: { model: "m", usage: started } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7, cost } },
    { type: "message_stop" },
  );
  expect(reading.reported).toMatchObject({ costUsd: 0.01, tokens: { input: 9, output: 7 } });
});

test("Anthropic: the old completions tell no usage, and their text is there to be counted", () => {
  const event = (completion: string, stop_reason: string | null) => ({
    type: "completion",
    completion,
    stop_reason,
    model: "claude-2.1",
  });
  const meter = new StreamMeter(DIALECTS.messages, "text/event-stream");
  for (const json of [event("Hel", null), event("lo", "stop_sequence")]) {
    meter.see(encode(`event: completion\ndata: ${JSON.stringify(json)}\n\n`));
  }
  expect(meter.end()).toMatchObject({ reported: null, finished: true });
  expect(meter.answerText()).toBe("Hello");
});

test("Anthropic: an error after a 200 is one", () => {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  expect(streamed("messages", START, error)).toMatchObject({ error: "Overloaded", finished: false });
});

test("an answer that the provider says it could not finish is an error, streamed or not", () => {
  const chat = (finish_reason: string, more: object = {}) => ({ choices: [{ index: 0, finish_reason, ...more }] });
  const failed: [DialectName, object][] = [
    ["chat", chat("error")],
    ["chat", chat("insufficient_system_resource")],
    ["chat", chat("stop", { error: { code: 502, message: "no more" } })],
    ["completions", chat("error")],
    ["cohere", { finish_reason: "ERROR" }],
    ["cohere", { type: "message-end", delta: { finish_reason: "TIMEOUT" } }],
  ];
  for (const [name, json] of failed) {
    for (const { error } of [unary(name, json), streamed(name, json)])
      expect(error, JSON.stringify(json)).not.toBeNull();
  }
  for (const reason of ["stop", "length", "content_filter", "tool_calls"]) {
    expect(unary("chat", chat(reason))).toMatchObject({ error: null, finished: true });
  }
});

test("Gemini: thoughts stand outside the candidates and tool prompts outside the prompt; cached audio is told apart", () => {
  const usageMetadata = {
    promptTokenCount: 100,
    toolUsePromptTokenCount: 40,
    cachedContentTokenCount: 50,
    candidatesTokenCount: 20,
    thoughtsTokenCount: 300,
    totalTokenCount: 460,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 40 },
      { modality: "AUDIO", tokenCount: 60 },
    ],
    toolUsePromptTokensDetails: [{ modality: "IMAGE", tokenCount: 8 }],
    cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 45 }],
    candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 12 }],
  };
  const body = { modelVersion: "gemini-2.5-flash", candidates: [{ finishReason: "STOP" }], usageMetadata };
  const tokens = {
    input: 140,
    inputCached: 50,
    inputAudio: 60,
    inputImage: 8,
    output: 320,
    outputReasoning: 300,
    outputImage: 12,
  };
  for (const reading of [
    unary("gemini", body),
    unary("gemini", [{ usageMetadata: { promptTokenCount: 100 } }, body]),
    streamed("gemini", body),
  ]) {
    expectTokens(reading, tokens);
    expect(reading.reported?.units).toEqual({ input_audio_cached: 45 });
  }
});

test("Gemini: the last usage is the true one, though counts fall; Vertex's modalities are numbers", () => {
  const told = (candidatesTokenCount: number, finishReason?: string) => ({
    candidates: [{ finishReason }],
    usageMetadata: {
      promptTokenCount: 9,
      candidatesTokenCount,
      promptTokensDetails: [{ modality: 4, tokenCount: 3 }],
      trafficType: 1,
    },
  });
  expectTokens(streamed("gemini", told(50), told(70), told(60, "STOP")), { input: 9, inputAudio: 3, output: 60 });
});

test("Gemini: video is told apart, in and out", () => {
  const usageMetadata = {
    promptTokenCount: 300,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 10 },
      { modality: "VIDEO", tokenCount: 290 },
    ],
    candidatesTokenCount: 50,
    candidatesTokensDetails: [{ modality: 3, tokenCount: 40 }],
    totalTokenCount: 350,
  };
  const reading = unary("gemini", { candidates: [{ finishReason: "STOP" }], usageMetadata });
  expectTokens(reading, { input: 300, output: 50 });
  expect(reading.reported?.units).toEqual({ input_video_tokens: 290, output_video_tokens: 40 });
});

test("Gemini: a grounded prompt and its queries are counted once, however often and early they are told", () => {
  const groundingMetadata = {
    webSearchQueries: ["", "capital of Mexico", "capital of Mexico", "CDMX"],
    groundingChunks: [{ maps: { uri: "u" } }],
  };
  const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 4 };
  const reading = streamed(
    "gemini",
    { candidates: [{ groundingMetadata }] },
    { candidates: [{ groundingMetadata }], usageMetadata },
    { candidates: [{ finishReason: "STOP" }], usageMetadata },
  );
  expectTokens(reading, { input: 9, output: 4 });
  expect(reading.reported?.units).toEqual({ grounded_prompts: 1, web_search_queries: 2, maps_prompts: 1 });
});

test("Gemini: a blocked prompt is an end", () => {
  const reading = unary("gemini", {
    promptFeedback: { blockReason: "SAFETY" },
    usageMetadata: { promptTokenCount: 9 },
  });
  expectTokens(reading, { input: 9 });
});

test("Vertex: embeddings by predict tell tokens beside each vector, and characters for all", () => {
  const prediction = (token_count: number) => ({ embeddings: { statistics: { token_count }, values: [] } });
  const reading = unary("gemini", {
    predictions: [prediction(4), prediction(6)],
    metadata: { billableCharacterCount: 31 },
  });
  expectTokens(reading, { input: 10 });
  expect(reading.reported?.units).toEqual({ characters: 31 });
});

test("Cohere: what is billed is less than the tokens, in both versions, streamed or not", () => {
  const usage = {
    billed_units: { input_tokens: 5, output_tokens: 7 },
    tokens: { input_tokens: 71, output_tokens: 7 },
    cached_tokens: 64,
  };
  for (const reading of [
    unary("cohere", { finish_reason: "COMPLETE", usage }),
    unary("cohere", { text: "x", meta: usage }),
    streamed("cohere", { type: "message-end", delta: { finish_reason: "COMPLETE", usage } }, "[DONE]"),
    streamed("cohere", { event_type: "stream-end", response: { meta: usage } }),
  ])
    expectTokens(reading, { input: 5, output: 7 });
  const rerank = unary("cohere", { results: [], meta: { billed_units: { search_units: 3 } } });
  expect(rerank.reported?.units).toEqual({ search_units: 3 });
});

const item = (type: string, more: object = {}) => ({ type, ...more });
function response(output: object[], more: object = {}): Record<string, number> | undefined {
  const usage = { input_tokens: 7, output_tokens: 9, total_tokens: 16, ...more };
  const body = { id: "r", object: "response", status: "completed", output, usage, ...more };
  const readings = [unary("responses", body), streamed("responses", { type: "response.completed", response: body })];
  expect(readings[1]?.reported).toEqual(readings[0]?.reported);
  return readings[0]?.reported?.units;
}

test("Responses: every search is a call, opening what it found is none", () => {
  const search = (type?: string) => item("web_search_call", type ? { action: { type } } : {});
  expect(response([search("search"), search("open_page"), search("find_in_page"), search(), item("message")])).toEqual({
    web_search_requests: 2,
  });
  const preview = { tools: [{ type: "web_search_preview_2025_03_11" }] };
  expect(response([search("search")], preview)).toEqual({ web_search_preview_requests: 1 });
});

test("Responses: a container is sold once, by its memory, however often code runs in it", () => {
  const run = (container_id: string) => item("code_interpreter_call", { container_id });
  expect(response([run("a"), run("a"), run("b"), item("file_search_call")])).toEqual({
    containers: 2,
    file_search_requests: 1,
  });
  const tools = [{ type: "code_interpreter", container: { type: "auto", memory_limit: "4g" } }];
  expect(response([run("a")], { tools })).toEqual({ containers_4g: 1 });
  const shell = (environment: object) => item("shell_call", { environment });
  const inContainer = shell({ type: "container_reference", container_id: "a" });
  expect(response([inContainer, inContainer, shell({ type: "local" })])).toEqual({ containers: 1 });
  const large = [{ type: "shell", environment: { type: "container_auto", memory_limit: "16g" } }];
  expect(response([inContainer], { tools: large })).toEqual({ containers_16g: 1 });
});

test("Responses: xAI's own count of its tools holds, and its items are no others", () => {
  const details = { web_search_calls: 2, x_search_calls: 1, mcp_calls: 0 };
  const calls = [item("web_search_call"), item("web_search_call"), item("x_search_call")];
  expect(response(calls, { server_side_tool_usage_details: details })).toEqual({
    web_search_requests: 2,
    x_search_requests: 1,
  });
  expect(response(calls)).toEqual({ web_search_requests: 2, x_search_requests: 1 });
});

test("Responses: an image is billed by the tokens of the model that made it, and is unpriced where nobody tells them", () => {
  const image_gen = {
    input_tokens: 12,
    output_tokens: 196,
    total_tokens: 208,
    input_tokens_details: { image_tokens: 0 },
  };
  const tools = [{ type: "image_generation", model: "gpt-image-1.5" }];
  const usage = { input_tokens: 100, output_tokens: 35 };
  const body = { status: "completed", output: [item("image_generation_call")], usage };
  const told = unary("responses", { ...body, tools, tool_usage: { image_gen } });
  expect(told.reported).toMatchObject({
    units: {},
    byModel: [
      { model: null, tokens: { ...NO_TOKENS, input: 100, output: 35 } },
      { model: "gpt-image-1.5", tokens: { ...NO_TOKENS, input: 12, output: 196, outputImage: 196 } },
    ],
  });
  expectTokens(told, { input: 100, output: 35 });
  const nothing = { image_gen: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } };
  for (const more of [{ tools }, { tools, tool_usage: nothing }, { tool_usage: { image_gen } }])
    expect(unary("responses", { ...body, ...more }).reported).toMatchObject({
      units: { image_generation_requests: 1 },
      byModel: null,
    });
});

test("Responses: which searches are billed is what the answer counts, where it does", () => {
  const searches = [item("web_search_call", { action: { type: "search" } }), item("web_search_call")];
  const counted = (num_requests: number, more: object = {}) =>
    response(searches, { tool_usage: { web_search: { num_requests } }, ...more });
  expect(counted(3)).toEqual({ web_search_requests: 3 });
  expect(counted(0)).toEqual({});
  expect(counted(1, { tools: [{ type: "web_search_preview" }] })).toEqual({ web_search_preview_requests: 1 });
});

test("xAI: a deferred completion tells an id alone, and what stands elsewhere under that name is none", () => {
  expect(unary("chat", { request_id: "f15c" })).toMatchObject({ backgroundId: "f15c", reported: null });
  const answer = { request_id: "f15c", choices: [{ message: { content: "x" }, finish_reason: "stop" }] };
  expect(unary("chat", answer).backgroundId).toBeUndefined();
  expect(unary("chat", { request_id: "f15c", code: "InvalidParameter" }).backgroundId).toBeUndefined();
});

test("Moonshot: unasked, a stream tells the usage of each choice at its end, and all have one prompt", () => {
  const end = (index: number, completion_tokens: number) => ({
    choices: [
      {
        ...{ index, delta: {}, finish_reason: "stop" },
        usage: { prompt_tokens: 19, completion_tokens, total_tokens: 19 + completion_tokens },
      },
    ],
  });
  expectTokens(streamed("chat", end(0, 13), "[DONE]"), { input: 19, output: 13 });
  expectTokens(streamed("chat", end(0, 13), end(1, 7), "[DONE]"), { input: 19, output: 20 });
  const sum = { choices: [], usage: { prompt_tokens: 19, completion_tokens: 20, total_tokens: 39 } };
  expectTokens(streamed("chat", end(0, 13), end(1, 7), sum, "[DONE]"), { input: 19, output: 20 });
});

test("Responses: work in the background has no usage yet, and a failure's usage is its own", () => {
  expect(unary("responses", { status: "queued", background: true, usage: null, output: [] }).reported).toBeNull();
  const failed = { status: "failed", error: { message: "broke" }, usage: null };
  const reading = streamed(
    "responses",
    { type: "error", message: "broke" },
    { type: "response.failed", response: failed },
  );
  expect(reading).toMatchObject({ reported: null, error: "broke" });
  const incomplete = { status: "incomplete", usage: { input_tokens: 3, output_tokens: 4 } };
  expectTokens(streamed("responses", { type: "response.incomplete", response: incomplete }), { input: 3, output: 4 });
});

test("media: tokens by kind, seconds where no token is told, speech by its events", () => {
  const usage = {
    input_tokens: 221,
    output_tokens: 1_318,
    input_tokens_details: { image_tokens: 194 },
    output_tokens_details: { image_tokens: 1_056 },
  };
  expectTokens(unary("images", { data: [], usage }), {
    input: 221,
    inputImage: 194,
    output: 1_318,
    outputImage: 1_056,
  });
  expectTokens(streamed("images", { type: "image_generation.completed", usage }), {
    input: 221,
    inputImage: 194,
    output: 1_318,
    outputImage: 1_056,
  });
  // Streams do not tell their output apart.
  const { output_tokens_details: _, ...plain } = usage;
  const drawn = { input: 221, inputImage: 194, output: 1_318, outputImage: 1_318 };
  const partial = { type: "image_generation.partial_image", b64_json: "QUJD", partial_image_index: 0 };
  expectTokens(streamed("images", partial, { type: "image_generation.completed", usage: plain }), drawn);
  const svg_usage = { model: "gpt-5-mini", input_tokens: 9, output_tokens: 70, total_tokens: 79, reasoning_tokens: 0 };
  expect(unary("images", { data: [], usage: plain, svg_usage }).reported?.byModel).toEqual([
    { model: null, tokens: { ...NO_TOKENS, ...drawn } },
    { model: "gpt-5-mini", tokens: { ...NO_TOKENS, input: 9, output: 70 } },
  ]);
  const heard = { type: "tokens", input_tokens: 37, output_tokens: 12, input_token_details: { audio_tokens: 37 } };
  expectTokens(unary("transcription", { text: "x", usage: heard }), { input: 37, inputAudio: 37, output: 12 });
  expectTokens(streamed("transcription", { type: "transcript.text.done", text: "x", usage: heard }), {
    input: 37,
    inputAudio: 37,
    output: 12,
  });
  for (const body of [
    { text: "x", usage: { type: "duration", seconds: 3.2 } },
    { text: "x", duration: 3.2 },
  ])
    expect(unary("transcription", body).reported?.units).toEqual({ seconds: 4 });
  const spoken = { type: "speech.audio.done", usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 } };
  expectTokens(streamed("speech", { type: "speech.audio.delta", audio: "QUJD" }, spoken), { input: 14, output: 101 });
});

test("embeddings, reranking and OCR: the total alone, pages, and annotated pages", () => {
  expectTokens(unary("embeddings", { data: [], usage: { prompt_tokens: 8, total_tokens: 8 } }), { input: 8 });
  expectTokens(unary("embeddings", { results: [], usage: { total_tokens: 26 } }), { input: 26 });
  const read = (more: object) =>
    unary("embeddings", { pages: [{}], usage_info: { pages_processed: 3, doc_size_bytes: 9 }, ...more });
  expect(read({}).reported?.units).toEqual({ pages: 3 });
  expect(read({ document_annotation: "{}" }).reported?.units).toEqual({ annotated_pages: 3 });
  expect(read({ pages: [{ images: [{ image_annotation: "{}" }] }] }).reported?.units).toEqual({ annotated_pages: 3 });
});
