import { describe, expect, it } from "vitest";
import { type Naming, targetOf } from "./resolve.ts";

const NOW = Date.UTC(2026, 10, 1);
const naming = (name: string, more: Partial<Naming> = {}): Naming => ({
  name,
  family: "openai",
  own: new Set(),
  has: () => true,
  now: NOW,
  ...more,
});
const only =
  (...providers: string[]) =>
  (slug: string): boolean =>
    providers.includes(slug);

describe("a model's name", () => {
  it("may name its provider", () => {
    expect(targetOf(naming("groq/llama-3.3-70b-versatile"))).toEqual({
      provider: "groq",
      model: "llama-3.3-70b-versatile",
    });
    expect(targetOf(naming("openrouter/openai/gpt-5-mini"))).toEqual({
      provider: "openrouter",
      model: "openai/gpt-5-mini",
    });
  });

  it("may name a provider that the tenant added itself", () => {
    expect(targetOf(naming("mine/any", { own: new Set(["mine"]) }))).toEqual({ provider: "mine", model: "any" });
  });

  it("keeps its slash where that stands behind no provider", () => {
    const model = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
    expect(targetOf(naming(model, { has: only("together") }))).toEqual({ provider: "together", model });
  });

  it.each([
    ["gpt-5-mini", "openai"],
    ["o3", "openai"],
    ["claude-haiku-4-5", "anthropic"],
    ["gemini-2.5-flash", "google"],
    ["mistral-small-latest", "mistral"],
    ["command-a-03-2025", "cohere"],
    ["grok-4", "xai"],
    ["deepseek-chat", "deepseek"],
    ["sonar-pro", "perplexity"],
  ])("alone means its maker's: %s is %s's", (model, provider) => {
    expect(targetOf(naming(model))).toEqual({ provider, model });
  });

  it("means whoever sells the model and has a credential, where its maker has none", () => {
    expect(targetOf(naming("gpt-4o-mini", { has: only("azure") })).provider).toBe("azure");
    expect(targetOf(naming("llama-3.3-70b-versatile", { has: only("groq", "openai") })).provider).toBe("groq");
  });

  it("means its maker where nobody has a credential, so that the refusal names it", () => {
    expect(targetOf(naming("claude-haiku-4-5", { has: () => false })).provider).toBe("anthropic");
  });

  it("means the API that was asked where nobody is known to have it", () => {
    expect(targetOf(naming("ft:my-own", { family: "anthropic" })).provider).toBe("anthropic");
  });

  it("is found by the name before the sandbox's options", () => {
    const model = "claude-haiku-4-5@error=429";
    expect(targetOf(naming(model))).toEqual({ provider: "anthropic", model });
  });
});
