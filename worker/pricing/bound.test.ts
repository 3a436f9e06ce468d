import { describe, expect, it } from "vitest";
import { affordableOutputTokens, type BoundRequest, boundOf } from "./bound.ts";
import { priceOf } from "./catalogue.ts";
import { inlineMediaOf } from "./inline-media.ts";
import type { ModelPrice } from "./types.ts";

const TIME = Date.UTC(2026, 10, 24);
function known(provider: string, model: string): ModelPrice {
  const price = priceOf({ provider, model, time: TIME });
  if (!price) throw new Error(`no price for ${provider} ${model}`);
  return price;
}
const NO_MEDIA = { images: 0, audio: 0, video: 0, documents: 0 };
const request = (price: ModelPrice, more: Partial<BoundRequest> = {}): BoundRequest => ({
  price,
  bodyBytes: 1_000,
  endpointKind: "chat",
  maxOutputTokens: 100,
  choices: 1,
  media: NO_MEDIA,
  references: false,
  tools: "none",
  ...more,
});
function bounded(of: BoundRequest) {
  const bound = boundOf(of);
  if (bound.outcome !== "bounded") throw new Error(bound.reason);
  return bound;
}
const mini = known("openai", "gpt-5-mini");

describe("the bound", () => {
  it("is the body's bytes and an allowance at the input's price, and the cap at the output's", () => {
    const bound = bounded(request(mini));
    expect(bound).toMatchObject({ inputTokens: 1_096, outputTokens: 100 });
    expect(bound.nanos).toBe(1_096 * 250 + 100 * 2_000);
  });

  it("never exceeds the context window", () => {
    expect(bounded(request(mini, { bodyBytes: 10_000_000 })).inputTokens).toBe(400_000);
  });

  it("takes references for the whole window at its dearest tier", () => {
    const bound = bounded(request(known("openai", "gpt-5.4"), { references: true }));
    expect(bound.inputTokens).toBe(1_050_000);
    expect(bound.nanos).toBe(1_050_000 * 5_000 + 100 * 22_500);
  });

  it("multiplies the output by the choices", () => {
    expect(bounded(request(mini, { choices: 3 })).outputTokens).toBe(300);
  });

  it("takes the model's longest answer where the request has no cap", () => {
    expect(bounded(request(mini, { maxOutputTokens: null })).outputTokens).toBe(128_000);
  });

  it("uses a counted input instead of the bytes", () => {
    expect(bounded(request(mini, { inputTokensExact: 10 })).inputTokens).toBe(10);
  });

  it("pays for cache writes that the body may ask for", () => {
    const haiku = known("anthropic", "claude-haiku-4-5");
    const nanosWith = (cacheWrites: BoundRequest["cacheWrites"]) => bounded(request(haiku, { cacheWrites })).nanos;
    expect(nanosWith("none")).toBe(1_096 * 1_000 + 100 * 5_000);
    expect(nanosWith("short")).toBe(1_096 * 1_250 + 100 * 5_000);
    expect(nanosWith("long")).toBe(1_096 * 2_000 + 100 * 5_000);
    expect(nanosWith(undefined)).toBe(nanosWith("long"));
  });

  it("knows what an image can make at most, and nothing of documents and videos but the window", () => {
    const images = { ...NO_MEDIA, images: 2 };
    expect(bounded(request(known("openai", "gpt-4o"), { media: images })).inputTokens).toBe(1_096 + 2 * 4_096);
    const documents = { ...NO_MEDIA, documents: 1 };
    expect(bounded(request(mini, { media: documents })).inputTokens).toBe(400_000);
  });

  it("prices audio as audio and the text beside it as text", () => {
    const gemini = known("google", "gemini-2.5-flash");
    // MP3 begins with a frame.
    const data = `//uQ${"A".repeat(15_996)}`;
    const body = { contents: [{ parts: [{ inlineData: { mimeType: "audio/mpeg", data } }] }] };
    const bound = bounded(
      request(gemini, {
        bodyBytes: 16_500,
        media: { ...NO_MEDIA, audio: 1 },
        inlineMedia: inlineMediaOf(body),
      }),
    );
    expect(bound.nanos).toBe((500 + 96) * 300 + 1_000 * 1_000 + 100 * 2_500);
  });

  it("is none where nothing bounds the cost", () => {
    const unbounded = (more: Partial<BoundRequest>, price = mini) => boundOf(request(price, more)).outcome;
    expect(unbounded({ unboundedBy: "the server-side tool web_search" })).toBe("unbounded");
    const nameless: ModelPrice = { ...mini, contextWindow: null, maxOutput: null };
    expect(unbounded({ maxOutputTokens: null }, nameless)).toBe("unbounded");
    expect(unbounded({ references: true }, nameless)).toBe("unbounded");
    expect(unbounded({}, nameless)).toBe("bounded");
    expect(unbounded({ units: { constructor: 1 } })).toBe("unbounded");
    expect(unbounded({ maxOutputTokens: Number.MAX_SAFE_INTEGER })).toBe("unbounded");
  });

  it("is none, and no exception, for numbers that are none", () => {
    for (const wild of [Number.POSITIVE_INFINITY, Number.NaN, 1e300]) {
      expect(boundOf(request(mini, { maxOutputTokens: wild })).outcome).toBe("unbounded");
      expect(boundOf(request(mini, { choices: wild })).outcome).toBe("unbounded");
    }
    expect(bounded(request(mini, { maxOutputTokens: 1.5, choices: 1.5 })).outputTokens).toBe(4);
    expect(bounded(request(mini, { maxOutputTokens: -5, choices: -5 })).outputTokens).toBe(0);
  });

  it("adds units and the fee of a request", () => {
    const dalle = known("openai", "dall-e-3");
    const units = { "image:standard:1024x1024": 2 };
    expect(bounded(request(dalle, { endpointKind: "images", units })).nanos).toBe(80_000_000);
    expect(bounded(request(known("perplexity", "sonar"))).nanos).toBeGreaterThan(12_000_000);
  });

  it("has no output where none is billed", () => {
    const embedding = known("openai", "text-embedding-3-small");
    const bound = bounded(request(embedding, { endpointKind: "embeddings", maxOutputTokens: null, bodyBytes: 20_000 }));
    expect(bound).toMatchObject({ inputTokens: 20_096, outputTokens: 0 });
  });
});

describe("the affordable output", () => {
  it("is the largest cap whose bound the budget pays", () => {
    for (const budget of [300_000, 1_000_000, 123_456_789]) {
      const cap = affordableOutputTokens(request(mini, { maxOutputTokens: null, choices: 2 }), budget);
      if (cap === null) throw new Error("nothing affordable");
      expect(bounded(request(mini, { maxOutputTokens: cap, choices: 2 })).nanos).toBeLessThanOrEqual(budget);
      if (cap === mini.maxOutput) continue;
      expect(bounded(request(mini, { maxOutputTokens: cap + 1, choices: 2 })).nanos).toBeGreaterThan(budget);
    }
  });

  it("is none where the input alone is too dear, and no more than the model writes", () => {
    expect(affordableOutputTokens(request(mini), 274_000)).toBeNull();
    expect(affordableOutputTokens(request(mini), 1e15)).toBe(128_000);
    expect(affordableOutputTokens(request(mini, { unboundedBy: "a tool" }), 1e15)).toBeNull();
  });
});
