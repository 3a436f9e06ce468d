import { describe, expect, it } from "vitest";
import { HeaderMap } from "../../core/header-map.ts";
import { entryOf } from "./entry.ts";

const entry = (path: string, headers: Record<string, string> = {}, method = "POST") => {
  const found = entryOf(method, path, new HeaderMap(Object.entries(headers)));
  return (
    found && { family: found.family.slug, kind: found.kind, name: found.endpoint.name, model: found.endpoint.model }
  );
};

describe("a path below /v1", () => {
  it.each([
    ["/v1/chat/completions", "openai", "model"],
    ["/v1/responses", "openai", "model"],
    ["/v1/embeddings", "openai", "model"],
    ["/v1/messages", "anthropic", "model"],
    ["/v1/messages/count_tokens", "anthropic", "count"],
    ["/v1/files", "openai", "family"],
    ["/v1/audio/transcriptions", "openai", "family"],
  ])("%s is an API of %s", (path, family, kind) => {
    expect(entry(path)).toMatchObject({ family, kind });
  });

  it("is Anthropic's where its version is named", () => {
    expect(entry("/v1/files", { "anthropic-version": "2023-06-01" })).toMatchObject({ family: "anthropic" });
  });

  it("is Google's where it ends in one of its methods, whatever the model's name", () => {
    const name = "models/generateContent";
    expect(entry("/v1/models/gemini-2.5-flash:generateContent")).toMatchObject({
      family: "google",
      kind: "model",
      name,
    });
    expect(entry("/v1beta/models/openai/gpt-5-mini:generateContent")).toMatchObject({
      model: "openai/gpt-5-mini",
      name,
    });
    expect(entry("/v1beta/models/openai%2Fgpt-5-mini:countTokens")).toMatchObject({
      model: "openai/gpt-5-mini",
      kind: "count",
    });
  });

  it("names a provider's model without the word models too, as some clients do", () => {
    expect(entry("/v1beta/openai/gpt-5-mini:streamGenerateContent")).toMatchObject({
      family: "google",
      kind: "model",
      model: "openai/gpt-5-mini",
    });
    expect(entry("/v1beta/tunedModels/mine:generateContent")?.model).not.toBe("tunedModels/mine");
  });

  it("lists models, in the shape of whose SDK asks", () => {
    expect(entry("/v1/models", {}, "GET")).toMatchObject({ family: "openai", kind: "models" });
    expect(entry("/v1/models/openai/gpt-5", {}, "GET")).toMatchObject({ kind: "models" });
    expect(entry("/v1/models", { "x-goog-api-key": "k" }, "GET")).toMatchObject({ family: "google", kind: "models" });
  });

  it("reads and deletes at the API whose path it is", () => {
    expect(entry("/v1/responses/resp_1", {}, "GET")).toMatchObject({ family: "openai", kind: "family" });
  });
});

it("other paths are providers' own", () => {
  expect(entry("/openai/v1/chat/completions")).toBeNull();
  expect(entry("/v2/chat")).toBeNull();
});
