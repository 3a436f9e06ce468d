import { expect, test } from "vitest";
import { HeaderMap } from "../../core/header-map.ts";
import { providerOf } from "../../providers/registry.ts";
import { entryOf } from "./entry.ts";
import { sameDialect } from "./leg.ts";

/** The text that a chat goes to a provider with. */
function sentTo(slug: string, text: string): string | null {
  const entry = entryOf("POST", "/v1/chat/completions", new HeaderMap());
  const provider = providerOf(slug);
  if (!entry || !provider) throw new Error(`no ${slug}`);
  const body = { kind: "json", text, bytes: new TextEncoder().encode(text), json: JSON.parse(text) } as const;
  const leg = sameDialect({ entry, body, search: "" }, provider, "m");
  if (leg?.body.kind !== "json") return null;
  expect(JSON.parse(leg.body.text)).toEqual(leg.body.json);
  expect(new TextDecoder().decode(leg.body.bytes)).toBe(leg.body.text);
  return leg.body.text;
}

test("a cap is called what the provider calls it, and no other byte changes", () => {
  const text = '{"model":"m", "max_completion_tokens" : 10,"messages":[]}';
  expect(sentTo("openai", text)).toBe(text);
  const old = '{"model":"m", "max_tokens" : 10,"messages":[]}';
  for (const slug of ["deepseek", "mistral"]) {
    expect(sentTo(slug, text)).toBe(old);
    expect(sentTo(slug, old)).toBe(old);
  }
  const both = '{"model":"m","max_tokens":5,"max_completion_tokens":10}';
  expect(sentTo("deepseek", both)).toBe(both);
});
