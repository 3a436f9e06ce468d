import { describe, expect, it } from "vitest";
import { catalogueVersion, listPrices, priceOf } from "./catalogue.ts";
import { dearestKnown } from "./dearest.ts";

const TIME = Date.UTC(2026, 10, 24);
const at = (provider: string, model: string, time = TIME) => priceOf({ provider, model, time });

describe("a price", () => {
  it("is in whole picodollars a token, by kind", () => {
    const price = at("openai", "gpt-5-mini");
    expect(price?.tokens).toMatchObject({ input: 250_000, inputCached: 25_000, output: 2_000_000 });
    expect(price).toMatchObject({ contextWindow: 400_000, maxOutput: 128_000, source: "catalog" });
    expect(price?.version).toBe(catalogueVersion);
  });

  it("is found by dated names, vendor paths and aliases", () => {
    const mini = at("openai", "gpt-5-mini")?.tokens;
    expect(at("openai", "gpt-5-mini-2025-08-07")?.tokens).toEqual(mini);
    expect(at("azure", "gpt-5-mini-2025-08-07")?.tokens).toEqual(mini);
    expect(at("google", "models/gemini-2.5-pro")?.model).toBe("gemini-2.5-pro");
    expect(at("vertex", "publishers/google/models/gemini-2.5-pro")?.model).toBe("gemini-2.5-pro");
    expect(at("vertex", "claude-sonnet-4-5@20250929")?.tokens?.input).toBe(3_000_000);
    expect(at("openai", "gpt-4o-mini-tts-2025-12-15")?.tokens?.output).toBe(12_000_000);
    expect(at("vertex", "google/gemini-2.5-pro")?.model).toBe("gemini-2.5-pro");
    // Z.ai's, and not those of its sister in China.
    expect(at("zai", "glm-4.7")?.tokens).toMatchObject({ input: 600_000, inputCached: 110_000, output: 2_200_000 });
    expect(at("zai", "glm-5.3")?.tokens?.input).toBe(1_400_000);
    expect(at("zai", "glm-4-plus")).toBeNull();
    expect(at("xai", "grok-4")?.tokens?.input).toBe(3_000_000);
    expect(at("google", "gemini-flash-latest")?.tokens?.input).toBeGreaterThan(0);
    expect(at("openrouter", "x-ai/grok-4")?.tokens?.input).toBe(3_000_000);
  });

  it("follows the date", () => {
    expect(at("google", "gemini-3.8-flash", Date.UTC(2026, 11, 31))?.tokens?.input).toBe(750_000);
    expect(at("google", "gemini-3.8-flash", Date.UTC(2027, 0, 2))?.tokens?.input).toBe(1_500_000);
  });

  it("has a tier for long inputs, and all kinds in it", () => {
    const price = at("anthropic", "claude-sonnet-4-5");
    expect(price?.tiers).toHaveLength(1);
    expect(price?.tiers[0]).toMatchObject({
      aboveInputTokens: 200_000,
      tokens: { input: 6_000_000, inputCacheWrite: 7_500_000, inputCacheWrite1h: 12_000_000, output: 22_500_000 },
    });
  });

  it("of an unknown model, provider or price is null, never 0", () => {
    expect(at("openai", "gpt-4o-nonsense")).toBeNull();
    expect(at("openai", "")).toBeNull();
    expect(at("my-openai-proxy", "gpt-4o")).toBeNull();
    expect(at("constructor", "gpt-4o")).toBeNull();
    // Listed by the package with no figure at all.
    expect(at("cerebras", "qwen-3-coder-480b")).toBeNull();
    // Only known for what comes on top of a price.
    expect(at("xai", "grok-99")).toBeNull();
  });

  it("is 0 only where the provider says that it is free", () => {
    expect(at("openai", "omni-moderation-latest")?.tokens?.input).toBe(0);
    expect(at("openrouter", "minimax/minimax-m2:free")?.tokens?.output).toBe(0);
    const free = listPrices(TIME).filter((price) => price.tokens?.input === 0);
    expect(free.filter((price) => !/moderation|:free$|-free$/i.test(price.model))).toEqual([]);
  });

  it("never has a part that is cheaper than nothing is known to be", () => {
    for (const { model, tokens, units } of listPrices(TIME)) {
      if (!tokens || tokens.input === 0) continue;
      for (const [kind, picos] of Object.entries(tokens)) {
        // What is sold by the minute is not sold by the token again.
        if (units.milliseconds && /^inputAudio/.test(kind)) continue;
        expect(Number.isSafeInteger(picos) && picos > 0, `${model} ${kind} ${picos}`).toBe(true);
      }
      expect(tokens.inputCacheWrite1h, model).toBeGreaterThanOrEqual(tokens.input);
    }
  });

  it("knows that Cohere embeds pictures at a price of their own", () => {
    expect(at("cohere", "embed-v4.0")?.tokens).toMatchObject({ input: 120_000, inputImage: 470_000 });
  });

  it("knows units beside tokens", () => {
    expect(at("openai", "whisper-1")).toMatchObject({ tokens: null, units: { milliseconds: 100_000 } });
    expect(at("openai", "gpt-5")?.units.web_search_requests).toBe(10_000_000_000);
    expect(at("openai", "dall-e-3")?.units["image:hd:1024x1792"]).toBe(120_000_000_000);
    expect(at("openai", "tts-1")?.units.characters).toBe(15_000_000);
    expect(at("cohere", "rerank-v3.5")?.units.search_units).toBe(2_000_000_000);
  });

  it("is remembered", () => {
    expect(at("openai", "gpt-5", TIME)).toBe(at("openai", "gpt-5", TIME + 1000));
  });
});

it("the dearest known price is exceeded by none", () => {
  const dearest = dearestKnown(TIME);
  for (const price of listPrices(TIME)) {
    for (const tokens of [price.tokens, ...price.tiers.map((tier) => tier.tokens)]) {
      for (const [kind, picos] of Object.entries(tokens ?? {})) {
        expect(dearest.tokens?.[kind as "input"]).toBeGreaterThanOrEqual(picos);
      }
    }
  }
});
