/** Requests as nobody sane sends them: each is read or refused, bounded or told to be boundless; nothing throws, nothing hangs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cacheKey } from "../worker/cache/key.ts";
import { HeaderMap } from "../worker/core/header-map.ts";
import { isObject, parseJson } from "../worker/core/json.ts";
import { setField } from "../worker/core/json-edit.ts";
import { DIALECTS, type DialectName } from "../worker/dialects/index.ts";
import { readBody } from "../worker/gateway/body.ts";
import { readLabels } from "../worker/gateway/labels.ts";
import { presentedKey } from "../worker/gateway/present-key.ts";
import { isVisibleStream } from "../worker/gateway/visible.ts";
import { exactInputTokens, imageTokensOf, priceOf, priceUnder } from "../worker/pricing/index.ts";
import { PROVIDER_SLUGS, providerOf } from "../worker/providers/registry.ts";
import { hostile, type Json } from "./support/hostile-json.ts";
import { metered, PRICED_AT } from "./support/metering.ts";

/** A case that takes longer hangs; a machine that does other things takes its time too. */
const SLOWEST_MS = 2_000;

interface Ask {
  dialect: DialectName;
  provider: string;
  path: string;
  body: Json;
  /** Fields of this API that the body leaves out. */
  more: string[];
}

const MESSAGES: Json = [
  { role: "system", content: "Be brief." },
  {
    role: "user",
    content: [
      { type: "text", text: "Hello" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { file_id: "file-1" } },
    ],
  },
];
const TOOLS: Json = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
const SHARED = ["stream_options", "service_tier", "models", "fallbacks", "prediction", "web_search_options", "user"];

const ASKS: readonly Ask[] = [
  {
    dialect: "chat",
    provider: "openai",
    path: "/v1/chat/completions",
    body: {
      model: "gpt-4o-mini",
      stream: true,
      max_tokens: 50,
      n: 2,
      messages: MESSAGES,
      tools: TOOLS,
      response_format: {},
    },
    more: [...SHARED, "max_completion_tokens", "plugins", "audio", "reasoning_effort"],
  },
  {
    dialect: "chat",
    provider: "perplexity",
    path: "/chat/completions",
    body: {
      model: "sonar-pro",
      messages: [{ role: "user", content: "Hi" }],
      web_search_options: { search_context_size: "low", search_type: "pro" },
    },
    more: SHARED,
  },
  {
    dialect: "completions",
    provider: "openai",
    path: "/v1/completions",
    body: { model: "gpt-3.5-turbo-instruct", prompt: ["a", "b"], n: 1, best_of: 2, max_tokens: 9 },
    more: SHARED,
  },
  {
    dialect: "responses",
    provider: "openai",
    path: "/v1/responses",
    body: {
      model: "gpt-5-mini",
      instructions: "Be brief.",
      max_output_tokens: 50,
      max_tool_calls: 2,
      input: [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "Hi" },
            { type: "input_image", file_id: "f" },
          ],
        },
        { type: "computer_call_output", output: { type: "computer_screenshot" } },
      ],
      tools: [{ type: "code_interpreter", container: { type: "auto", memory_limit: "4g" } }, { type: "web_search" }],
      text: { format: { type: "json_schema" } },
    },
    more: [...SHARED, "previous_response_id", "conversation", "background", "prompt", "reasoning"],
  },
  {
    dialect: "messages",
    provider: "anthropic",
    path: "/v1/messages",
    body: {
      model: "claude-haiku-4-5",
      max_tokens: 50,
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral", ttl: "1h" } }],
      messages: [
        {
          role: "user",
          content: [{ type: "document", source: { type: "base64", media_type: "application/pdf", data: "AAAA" } }],
        },
        { role: "user", content: [{ type: "tool_result", content: [{ type: "image", source: { file_id: "f" } }] }] },
      ],
      tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }],
    },
    more: [...SHARED, "mcp_servers", "context_management", "edits", "container", "thinking", "speed", "inference_geo"],
  },
  {
    dialect: "gemini",
    provider: "google",
    path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
    body: {
      contents: [
        {
          role: "user",
          parts: [
            { text: "Hi" },
            { inlineData: { mimeType: "image/png", data: "AAAA" } },
            { fileData: { mimeType: "video/mp4" } },
          ],
        },
      ],
      systemInstruction: { parts: [{ functionResponse: { parts: [{ inline_data: { mime_type: "audio/wav" } }] } }] },
      generationConfig: { maxOutputTokens: 50, candidateCount: 2 },
      tools: [{ functionDeclarations: [] }],
    },
    more: ["requests", "generation_config", "cachedContent", "cached_content", "system_instruction", "serviceTier"],
  },
  {
    dialect: "cohere",
    provider: "cohere",
    path: "/v2/chat",
    body: { model: "command-a-03-2025", max_tokens: 9, messages: MESSAGES, num_generations: 1 },
    more: ["connectors", "texts", "images", "documents", "tools", "stream"],
  },
  {
    dialect: "embeddings",
    provider: "openai",
    path: "/v1/embeddings",
    body: { model: "text-embedding-3-small", input: ["a", "b"] },
    more: SHARED,
  },
  {
    dialect: "images",
    provider: "openai",
    path: "/v1/images/generations",
    body: { model: "gpt-image-1", prompt: "a cat", n: 2, size: "1024x1024", quality: "high", partial_images: 1 },
    more: ["stream", "mask", "images", "background"],
  },
  {
    dialect: "images",
    provider: "openai",
    path: "/v1/images/generations",
    body: { model: "dall-e-3", prompt: "a cat", n: 2, size: "1024x1024", quality: "hd" },
    more: ["stream"],
  },
  {
    dialect: "speech",
    provider: "openai",
    path: "/v1/audio/speech",
    body: { model: "tts-1", input: "Hi" },
    more: ["n"],
  },
  {
    dialect: "transcription",
    provider: "openai",
    path: "/v1/audio/transcriptions",
    body: { model: "gpt-4o-transcribe", stream: "true", n: "1" },
    more: ["file"],
  },
];

const isCount = (value: number): boolean => value >= 0 && !Number.isNaN(value);

async function readHostile({ dialect: name, provider, path }: Ask, text: string): Promise<void> {
  const json = parseJson(text);
  if (!isObject(json)) return;
  const dialect = DIALECTS[name];
  const url = `https://provider.example${path}`;
  const headers = { "content-type": "application/json" };
  const one = await metered({
    id: "fuzz",
    provider,
    endpoint: path,
    stream: false,
    fidelity: "",
    tags: [],
    request: { method: "POST", url, headers, body: text },
    // An answer that tells nothing: it is counted from the request.
    response: { status: 200, headers, body: "{}" },
    expected: {} as Parameters<typeof metered>[0]["expected"],
    expected_extra: {},
    usage_raw: null,
  });
  if (!one) throw new Error("the endpoint is not metered");
  const { facts } = one.call;
  expect(isCount(facts.choices) && isCount(facts.inputs) && isCount(facts.maxOutputTokens ?? 0)).toBe(true);
  for (const count of Object.values(facts.media)) expect(isCount(count)).toBe(true);
  expect(typeof (facts.model ?? "")).toBe("string");
  if (one.bound?.outcome === "bounded") {
    expect(Number.isSafeInteger(one.bound.nanos) && one.bound.nanos >= 0).toBe(true);
    // Whatever stands in the body, it is sent and read: nothing is bounded at nothing.
    if (WRITES.has(name) && facts.maxOutputTokens !== 0) expect(one.bound.nanos).toBeGreaterThan(0);
  }
  expectSound(one.charge);
  isVisibleStream(one.call);
  await exactInputTokens(json, name, "o200k_base");
  const capPath = dialect.capPath(json, { model: null, method: null });
  if (capPath) expect(isObject(parseJson(setField(text, capPath, "7")))).toBe(true);
  const subject = { tenant: "t", mode: "live", provider, base: "", method: "POST", path, search: "" } as const;
  const key = await cacheKey({ ...subject, headers: new HeaderMap(), text, json, ownCredential: null, key: null });
  expect(key).toMatch(/^v1:[0-9a-f]{64}$/);
}

const WRITES: ReadonlySet<DialectName> = new Set(["chat", "completions", "responses", "messages", "images"]);

function expectSound({ costNanos, tokens, units }: NonNullable<Awaited<ReturnType<typeof metered>>>["charge"]): void {
  expect(costNanos === null || (Number.isSafeInteger(costNanos) && costNanos >= 0), `cost ${costNanos}`).toBe(true);
  for (const count of Object.values(tokens)) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
  for (const count of Object.values(units)) expect(Number.isFinite(count) && count >= 0).toBe(true);
}

describe("a request's body", () => {
  test.each(ASKS.map((one) => [`${one.dialect} at ${one.provider}${one.path}`, one] as const))(
    "with anything anywhere is read and bounded: %s",
    async (_, one) => {
      await fc.assert(
        fc.asyncProperty(hostile(one.body, one.more), async (text) => {
          const from = performance.now();
          await readHostile(one, text);
          expect(performance.now() - from).toBeLessThan(SLOWEST_MS);
        }),
        { numRuns: 500 },
      );
    },
  );

  test("of any bytes is JSON, a form, or refused", async () => {
    const types = ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""];
    const pieces = [
      '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\ngpt-4o-transcribe\r\n',
      '--x\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\n{}\r\n',
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nRIFF\r\n',
      "--x--\r\n",
      "--x\r\n",
      "\r\n",
    ];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 20 })), { maxLength: 8 })
        .map((all) => new TextEncoder().encode(all.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...types), async (body, type) => {
        const request = new Request("https://meterr.example/", {
          method: "POST",
          body: body as Uint8Array<ArrayBuffer>,
          headers: type === "" ? {} : { "content-type": type },
        });
        const read = await readBody(request, new HeaderMap(request.headers), true);
        if (!read.ok) {
          expect(read.error.status).toBe(400);
          return;
        }
        if (read.value.kind !== "json" && read.value.kind !== "form") throw new Error(read.value.kind);
        expect(Object.getPrototypeOf(read.value.json)).toBe(Object.prototype);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each(["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"])(
  "a name that JavaScript's objects have is none of ours: %s",
  (name) => {
    const price = priceOf({ provider: "openai", model: "gpt-image-1", time: PRICED_AT });
    const sonar = priceOf({ provider: "perplexity", model: "sonar-pro", time: PRICED_AT });
    if (!price || !sonar) throw new Error("no price");
    expect(imageTokensOf(price, { quality: name, size: name })).toBe(imageTokensOf(price, {}));
    expect(priceUnder(sonar, { searchContext: name }).requestPicos).toBe(
      priceUnder(sonar, { searchContext: "unheard of" }).requestPicos,
    );
    for (const slug of PROVIDER_SLUGS) {
      for (const path of [`/v1/${name}`, `/v1/models/${name}`, `/${name}`]) {
        expect(providerOf(slug)?.endpoint("POST", path).billing, `${slug} ${path}`).not.toBe("metered");
      }
    }
    const { reported } = readWhole("responses", {
      usage: { input_tokens: 1, output_tokens: 1 },
      output: [{ type: name }],
    });
    expect(reported?.units).toEqual({});
  },
);

function readWhole(dialect: DialectName, json: object) {
  const meter = DIALECTS[dialect].meter();
  meter.body(json);
  return meter.reading();
}

test("a form that names two models is refused, for providers do not agree on which one counts", async () => {
  const formOf = async (...models: string[]) => {
    const form = new FormData();
    for (const model of models) form.append("model", model);
    form.append("include[]", "a");
    form.append("include[]", "b");
    const request = new Request("https://meterr.example/", { method: "POST", body: form });
    return readBody(request, new HeaderMap(request.headers), true);
  };
  expect(await formOf("whisper-1")).toMatchObject({ ok: true, value: { kind: "form", json: { model: "whisper-1" } } });
  expect(await formOf("whisper-1", "gpt-4o-transcribe")).toMatchObject({ ok: false, error: { status: 400 } });
});

describe("a request's headers and path", () => {
  const words = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc
      .array(fc.constantFrom("a", "=", ",", " ", "__proto__", "mtr_live_", "Bearer ", "%00", "x".repeat(300)), {
        maxLength: 50,
      })
      .map((all) => all.join("")),
  );

  test("of any text are labels or a refusal", () => {
    fc.assert(
      fc.property(words, words, words, (tags, user, session) => {
        const headers = new HeaderMap([
          ["x-meterr-tags", tags],
          ["x-meterr-user", user],
          ["x-meterr-session", session],
        ]);
        const read = readLabels(headers);
        if (!read.ok) {
          expect(read.error.status).toBe(400);
          return;
        }
        expect(Object.getPrototypeOf(read.value.tags)).toBe(Object.prototype);
        expect(Object.keys(read.value.tags).length).toBeLessThanOrEqual(32);
        for (const [name, value] of Object.entries(read.value.tags)) {
          expect(name.length + value.length).toBeLessThanOrEqual(64 + 256);
          expect(typeof value).toBe("string");
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("of any text present a key and lose it", () => {
    fc.assert(
      fc.property(words, words, words, (authorization, apiKey, query) => {
        const headers = new HeaderMap([
          ["authorization", authorization],
          ["x-api-key", apiKey],
        ]);
        const found = presentedKey(headers, `?key=mtr_live_x&a=${query.replaceAll("&", "")}&key=2`);
        expect(found.search).not.toContain("key=mtr_");
        expect(found.bringsCredential).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of any path are an endpoint of each provider", () => {
    const segments = fc.constantFrom(
      "v1",
      "v1beta",
      "models",
      "constructor",
      "__proto__",
      "toString",
      "chat",
      "completions",
      "openai",
      "deployments",
      "%",
      "%2f",
      "%zz",
      "",
      ".",
      "x:generateContent",
      "endpoints",
      "openapi",
      "publishers",
      "anthropic",
      "y:rawPredict",
      "responses",
      "projects",
      "cancel",
      "x".repeat(500),
    );
    fc.assert(
      fc.property(fc.array(segments, { maxLength: 8 }), fc.constantFrom("GET", "POST", "PUT", "X"), (parts, method) => {
        for (const slug of PROVIDER_SLUGS) {
          const endpoint = providerOf(slug)?.endpoint(method, `/${parts.join("/")}`);
          expect(["metered", "free", "unmetered"]).toContain(endpoint?.billing);
          expect(typeof endpoint?.name).toBe("string");
          expect(endpoint?.dialect === null || Object.hasOwn(DIALECTS, endpoint?.dialect ?? "")).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
