import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import { DIALECTS } from "../dialects/index.ts";
import { boundOf } from "../pricing/index.ts";
import { providerOf } from "../providers/registry.ts";
import type { RequestBody } from "./body.ts";
import { boundRequestOf, priceFor } from "./bound-request.ts";
import { contextOf } from "./locate.ts";

interface Ask {
  provider: string;
  path: string;
  body: JsonObject;
  /** Sent as a form, with so many files. */
  files?: number;
  /** What a header says. */
  more?: { serviceTier: string };
}

/** The bound of a request to a provider, as it would be held. */
function boundFor({ provider: slug, path, body: json, files, more }: Ask) {
  const provider = providerOf(slug);
  const endpoint = provider?.endpoint("POST", path);
  if (!provider || !endpoint?.dialect) throw new Error(`nothing at ${slug}${path}`);
  const facts = DIALECTS[endpoint.dialect].facts(json, contextOf({ provider, endpoint, path, search: "" }));
  const text = JSON.stringify(json);
  const body: RequestBody =
    files === undefined
      ? { kind: "json", bytes: new TextEncoder().encode(text), text, json }
      : { kind: "form", bytes: new Uint8Array(5_000_000), json, files };
  const call = {
    arrivedAt: Date.UTC(2026, 10, 24),
    place: { provider, endpoint, path, search: "" },
    facts: { ...facts, model: endpoint.model ?? facts.model, ...more },
    body,
  };
  const price = priceFor(call);
  if (!price) throw new Error(`no price for ${String(json.model)}`);
  return boundOf(boundRequestOf(call, price));
}

function nanosOf(asked: Ask): number {
  const bound = boundFor(asked);
  if (bound.outcome === "unbounded") throw new Error(bound.reason);
  return bound.nanos;
}

const USER = { messages: [{ role: "user", content: "Hi" }] };
const CONTENTS = { contents: [{ parts: [{ text: "Hi" }] }] };
const openai = (path: string, body: JsonObject, files?: number): Ask => ({ provider: "openai", path, body, files });
const responses = (more: JsonObject): Ask =>
  openai("/v1/responses", { model: "gpt-5-mini", input: "Hi", max_output_tokens: 100, ...more });
const messages = (more: JsonObject): Ask => ({
  provider: "anthropic",
  path: "/v1/messages",
  body: { model: "claude-haiku-4-5", max_tokens: 100, ...USER, ...more },
});
const search = { type: "web_search_20250305", name: "web_search" };

describe("what the provider runs itself", () => {
  test.each<[string, Ask]>([
    ["OpenAI's search without a limit", responses({ tools: [{ type: "web_search" }] })],
    ["OpenAI's images, limited or not", responses({ max_tool_calls: 1, tools: [{ type: "image_generation" }] })],
    ["MCP servers", responses({ max_tool_calls: 1, tools: [{ type: "mcp", server_url: "https://x" }] })],
    ["Anthropic's search without a limit", messages({ tools: [search] })],
    ["Anthropic's code execution", messages({ tools: [{ type: "code_execution_20250825", name: "code_execution" }] })],
    [
      "Gemini's search",
      {
        provider: "google",
        path: "/v1beta/models/gemini-2.5-flash:generateContent",
        body: { ...CONTENTS, tools: [{ google_search: {} }] },
      },
    ],
    [
      "xAI's search, whose limit is another's",
      {
        provider: "xai",
        path: "/v1/responses",
        body: { model: "grok-4.3", input: "Hi", max_tool_calls: 1, tools: [{ type: "web_search" }] },
      },
    ],
    [
      "xAI's live search",
      { provider: "xai", path: "/v1/chat/completions", body: { model: "grok-4.3", ...USER, search_parameters: {} } },
    ],
    ["a chat that may search", openai("/v1/chat/completions", { model: "gpt-4o", ...USER, web_search_options: {} })],
    [
      "OpenRouter's plugins",
      {
        provider: "openrouter",
        path: "/api/v1/chat/completions",
        body: { model: "openai/gpt-4o", ...USER, plugins: [{ id: "web" }] },
      },
    ],
    [
      "Mistral's connectors",
      {
        provider: "mistral",
        path: "/v1/chat/completions",
        body: { model: "mistral-small-latest", ...USER, tools: [{ type: "web_search" }] },
      },
    ],
    [
      "Cohere's connectors",
      {
        provider: "cohere",
        path: "/v1/chat",
        body: { model: "command-r-08-2024", message: "Hi", connectors: [{ id: "web-search" }] },
      },
    ],
  ])("has no bound: %s", (_, asked) => {
    expect(boundFor(asked).outcome).toBe("unbounded");
  });

  test("is bounded where the request limits it, by all that each turn may read and write", () => {
    const limited = responses({ max_tool_calls: 1, tools: [{ type: "web_search" }] });
    expect(nanosOf(limited)).toBe(2 * 400_000 * 250 + 2 * 100 * 2_000 + 10_000_000);
    const preview = responses({ model: "gpt-4.1", max_tool_calls: 1, tools: [{ type: "web_search_preview" }] });
    expect(nanosOf(preview)).toBe(2 * 1_047_576 * 2_000 + 2 * 100 * 8_000 + 25_000_000);
    const claude = messages({ tools: [{ ...search, max_uses: 1 }] });
    expect(nanosOf(claude)).toBe(11 * 200_000 * 1_000 + 11 * 100 * 5_000 + 10_000_000);
  });

  test("goes by how much is searched where a model always does", () => {
    const sonar = (more: JsonObject): number =>
      nanosOf({
        provider: "perplexity",
        path: "/chat/completions",
        body: { model: "sonar-pro", max_tokens: 10, ...USER, ...more },
      });
    const sized = (size: string, type?: string) =>
      sonar({ web_search_options: { search_context_size: size, search_type: type } });
    expect(sized("high") - sized("low")).toBeGreaterThanOrEqual(8_000_000);
    expect(sized("high", "pro") - sized("high")).toBeGreaterThanOrEqual(8_000_000);
    // What is not said may be the dearest.
    expect(sonar({})).toBeGreaterThan(sized("medium"));
  });
});

describe("media", () => {
  const image = { model: "gpt-image-1", prompt: "a cat", size: "1024x1024", quality: "low" };

  test("a picture is bounded by its quality, size and number, and by what is edited", () => {
    const one = nanosOf(openai("/v1/images/generations", image));
    const many = nanosOf(openai("/v1/images/generations", { ...image, n: 3 }));
    expect(many - one).toBeGreaterThanOrEqual(2 * 272 * 40_000);
    expect(many - one).toBeLessThan(2 * 272 * 40_000 + 100_000);
    const edits = nanosOf(openai("/v1/images/edits", { ...image, n: "1" }, 2));
    expect(edits).toBe(one + 2 * 7_552 * 10_000 + '"n":"1",'.length * 5_000);
    expect(boundFor(openai("/v1/images/generations", { ...image, model: "gpt-image-2" })).outcome).toBe("unbounded");
  });

  test("a transcript is bounded by the model's window, and is not where audio is sold by the second", () => {
    const transcript = (model: string) => openai("/v1/audio/transcriptions", { model }, 1);
    expect(nanosOf(transcript("gpt-4o-transcribe"))).toBe(16_000 * 6_000 + 16_000 * 10_000);
    expect(nanosOf(transcript("gpt-4o-transcribe-diarize"))).toBe(16_000 * 6_000 + 16_000 * 10_000);
    expect(boundFor(transcript("whisper-1")).outcome).toBe("unbounded");
    const audio = [{ role: "user", content: [{ type: "input_audio", input_audio: "QUJD" }] }];
    const heard: Ask = {
      provider: "mistral",
      path: "/v1/chat/completions",
      body: { model: "voxtral-small-latest", messages: audio },
    };
    expect(boundFor(heard).outcome).toBe("unbounded");
  });

  test("speech is bounded by the character, and is not by tokens that nobody can foresee", () => {
    const speech = (model: string) => openai("/v1/audio/speech", { model, input: "Hello", voice: "alloy" });
    expect(nanosOf(speech("tts-1"))).toBe(5 * 15_000);
    expect(boundFor(speech("gpt-4o-mini-tts")).outcome).toBe("unbounded");
  });
});

describe("what is read or written more often than the body says", () => {
  const prompts = (count: number) =>
    openai("/v1/completions", {
      model: "gpt-3.5-turbo-instruct",
      prompt: Array(count).fill("one ".repeat(900)),
      max_tokens: 1,
    });

  test("each prompt of a completion may fill a window", () => {
    expect(nanosOf(prompts(20))).toBeGreaterThan(20 * 900 * 1_500);
  });

  test("a reranker reads the query with each document", () => {
    const body = { model: "rerank-2.5", query: "word ".repeat(3000), documents: Array(1000).fill("a") };
    expect(nanosOf({ provider: "voyage", path: "/v1/rerank", body })).toBeGreaterThan(3000 * 1000 * 50);
    // Cohere's chunks of a document share their 500 tokens with the query.
    const short = { model: "rerank-v3.5", query: "1".repeat(240), documents: Array(100).fill("1".repeat(450)) };
    expect(nanosOf({ provider: "cohere", path: "/v2/rerank", body: short })).toBeGreaterThanOrEqual(2 * 2_000_000);
  });

  test("each embedded input may fill a window, whatever the field is called", () => {
    const inputs = Array(96).fill({ content: [{ type: "text", text: "a ".repeat(2000) }] });
    const body = { model: "embed-v4.0", inputs };
    expect(nanosOf({ provider: "cohere", path: "/v2/embed", body })).toBeGreaterThan(96 * 2000 * 120);
  });

  test("each of Anthropic's tries is billed", () => {
    const plain = nanosOf(messages({ model: "claude-opus-4-5" }));
    const tried = nanosOf(messages({ fallbacks: [{ model: "claude-opus-4-5" }] }));
    expect(tried).toBeGreaterThanOrEqual(2 * plain);
  });
});

describe("caps", () => {
  const chat = (provider: string, model: string, more: JsonObject): Ask => ({
    provider,
    path: "/v1/chat/completions",
    body: { model, ...USER, ...more },
  });

  test("a cap that the provider does not know bounds nothing", () => {
    const capped = nanosOf(chat("deepseek", "deepseek-v4-flash", { max_tokens: 10 }));
    const ignored = nanosOf(chat("deepseek", "deepseek-v4-flash", { max_completion_tokens: 10 }));
    expect(ignored).toBeGreaterThan(1000 * capped);
    expect(nanosOf(chat("openai", "gpt-4o", { max_completion_tokens: 10 }))).toBeLessThan(1_000_000);
  });

  test("0 is one where it is known to be", () => {
    const gemini = (maxOutputTokens: number): number =>
      nanosOf({
        provider: "google",
        path: "/v1beta/models/gemini-2.5-flash:generateContent",
        body: { ...CONTENTS, generationConfig: { maxOutputTokens } },
      });
    expect(gemini(0)).toBeGreaterThan(gemini(1000));
    expect(nanosOf(messages({ max_tokens: 0 }))).toBeLessThan(nanosOf(messages({ max_tokens: 1 })));
  });
});

test("a tier that the project, or a header, may choose is counted at its price", () => {
  const tier = (service_tier: string) =>
    nanosOf(openai("/v1/chat/completions", { model: "gpt-4o", max_tokens: 1000, ...USER, service_tier }));
  expect(tier("auto")).toBeGreaterThan(1.6 * tier("default"));
  const vertex: Ask = {
    provider: "vertex",
    path: "/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:generateContent",
    body: { ...CONTENTS, generationConfig: { maxOutputTokens: 100 } },
  };
  expect(nanosOf({ ...vertex, more: { serviceTier: "priority" } })).toBeGreaterThanOrEqual(2 * nanosOf(vertex));
});

test("a provider that tells its own cost may charge more than the list", () => {
  const long = "a ".repeat(400_000);
  const grok = { model: "grok-4", max_tokens: 1, messages: [{ role: "user", content: long }] };
  // Above 128,000 tokens it is twice the price.
  expect(nanosOf({ provider: "xai", path: "/v1/chat/completions", body: grok })).toBeGreaterThanOrEqual(
    256_000 * 6_000,
  );
  const routed = { model: "openai/gpt-4o", max_tokens: 16_000, ...USER };
  const bound = nanosOf({ provider: "openrouter", path: "/api/v1/chat/completions", body: routed });
  // With a key of one's own: the maker's bill, and 5 %.
  expect(bound).toBeGreaterThanOrEqual(1.05 * (10 * 2_500 + 16_000 * 10_000));
});
