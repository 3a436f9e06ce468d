import { expect, test } from "vitest";
import { HeaderMap } from "../../core/header-map.ts";
import type { JsonObject } from "../../core/json.ts";
import { pack } from "../../translate/stash.ts";
import { entryOf } from "./entry.ts";
import { legFor } from "./leg-for.ts";

type Client = "messages" | "gemini";
const BASES: Readonly<Record<Client, JsonObject>> = {
  messages: { model: "any", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] },
  gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
};
const PATHS: Readonly<Record<Client, string>> = {
  messages: "/v1/messages",
  gemini: "/v1beta/models/any:generateContent",
};

/** How `set` in a request of `client`'s goes to `target`: the path, the fields and what is left out; or by what it is refused. */
async function sent(client: Client, set: JsonObject, target: string, onUnsupported: "refuse" | "drop" = "refuse") {
  const entry = entryOf("POST", PATHS[client], new HeaderMap());
  if (!entry) throw new Error("no entry");
  const json = { ...BASES[client], ...set };
  const text = JSON.stringify(json);
  const body = { kind: "json", text, bytes: new TextEncoder().encode(text), json } as const;
  const [provider = "", model = ""] = target.split("/");
  const leg = await legFor({ entry, body, search: "" }, { provider, model }, [], onUnsupported);
  if (!leg.ok) return { refused: leg.error.details?.field };
  const { place, body: asked, dropped } = leg.value;
  return { path: place.path, asked: asked.kind === "json" ? asked.json : {}, dropped };
}

const SAMPLING = { generationConfig: { stopSequences: ["x"], seed: 1, presencePenalty: 0.5, frequencyPenalty: 0.5 } };

test.each([
  ["openai", "/v1/chat/completions"],
  ["azure", "/openai/v1/chat/completions"],
  ["xai", "/v1/chat/completions"],
])("%s is asked for a chat where only that takes all of the request", async (provider, path) => {
  const answer = await sent("gemini", SAMPLING, `${provider}/gpt-4.1`);
  const all = { stop: ["x"], seed: 1, presence_penalty: 0.5, frequency_penalty: 0.5 };
  expect(answer).toMatchObject({ path, asked: all, dropped: [] });
  // A route that may drop fields has no reason to.
  expect(await sent("gemini", SAMPLING, `${provider}/gpt-4.1`, "drop")).toEqual(answer);
});

test("it is asked for a response where that loses nothing, or a chat would lose as much", async () => {
  const path = "/v1/responses";
  expect(await sent("messages", { temperature: 0.5 }, "openai/gpt-4.1")).toMatchObject({ path });
  // No dialect of OpenAI's has it.
  expect(await sent("messages", { top_k: 5 }, "openai/gpt-4.1")).toEqual({ refused: "top_k" });
  expect(await sent("messages", { top_k: 5 }, "openai/gpt-4.1", "drop")).toMatchObject({ path, dropped: ["top_k"] });
});

test("a model that thinks takes a seed in a chat, and neither stops nor temperatures in any", async () => {
  const chat = { path: "/v1/chat/completions", asked: { seed: 1, max_completion_tokens: 9 } };
  const seeded = { generationConfig: { seed: 1, maxOutputTokens: 9 } };
  expect(await sent("gemini", seeded, "openai/gpt-5-mini")).toMatchObject(chat);
  for (const set of [{ stop_sequences: ["x"] }, { temperature: 0.5 }]) {
    const [field] = Object.keys(set);
    expect(await sent("messages", set, "openai/gpt-5-mini")).toEqual({ refused: field });
    const left = { path: "/v1/responses", dropped: [field] };
    expect(await sent("messages", set, "openai/gpt-5-mini", "drop")).toMatchObject(left);
  }
});

test("thoughts that only a response takes keep the request there", async () => {
  const thought = (metadata: Parameters<typeof pack>[0]) => ({
    contents: [
      { role: "user", parts: [{ text: "Hi" }] },
      { role: "model", parts: [{ text: "Hm", thought: true, thoughtSignature: pack(metadata) }, { text: "Ho" }] },
      { role: "user", parts: [{ text: "Go on" }] },
    ],
    generationConfig: { seed: 1 },
  });
  const own = thought({ openai: { itemId: "rs_1", reasoningEncryptedContent: "gAAAA" } });
  expect(await sent("gemini", own, "openai/gpt-5-mini")).toEqual({ refused: "generationConfig.seed" });
  const dropped = await sent("gemini", own, "openai/gpt-5-mini", "drop");
  expect(dropped).toMatchObject({ path: "/v1/responses", dropped: ["generationConfig.seed"] });
  expect(JSON.stringify(dropped.asked)).toContain("gAAAA");
  // Those of others it takes in neither.
  const foreign = await sent("gemini", thought({ anthropic: { signature: "s" } }), "openai/gpt-5-mini");
  expect(foreign).toMatchObject({ path: "/v1/chat/completions", dropped: ["contents[].parts[].thought"] });
  expect(JSON.stringify(foreign.asked)).not.toContain("Hm");
});

test("what is said in a file that a response has no like of goes by a chat", async () => {
  const heard = { contents: [{ parts: [{ inlineData: { mimeType: "audio/wav", data: "AAAA" } }] }] };
  expect(await sent("gemini", heard, "openai/gpt-audio")).toMatchObject({
    path: "/v1/chat/completions",
    asked: { messages: [{ content: [{ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }] }] },
  });
  expect(await sent("gemini", heard, "anthropic/claude-sonnet-4-5")).toEqual({
    refused: "contents[0].parts[0].inlineData",
  });
});
