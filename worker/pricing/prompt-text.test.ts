import { expect, test } from "vitest";
import { estimatedPromptTokens, estimatedTokens } from "./estimate.ts";
import { promptTextOf } from "./prompt-text.ts";

test.each([
  [
    "chat",
    {
      model: "m",
      messages: [
        { role: "user", content: "Hi" },
        { role: "user", content: [{ type: "text", text: "there" }] },
      ],
    },
    2,
  ],
  [
    "messages",
    { model: "m", system: [{ type: "text", text: "Hi" }], messages: [{ role: "user", content: "there" }] },
    1,
  ],
  [
    "gemini",
    { systemInstruction: { parts: [{ text: "Hi" }] }, contents: [{ role: "user", parts: [{ text: "there" }] }] },
    1,
  ],
  ["responses", { instructions: "Hi", input: "there", temperature: 1, user: "nobody" }, 0],
  ["cohere", { message: "Hi", documents: [{ id: "7", data: { x: "unread" }, snippet: "there" }] }, 0],
] as const)("what a model reads of a %s request, and nothing else", (_, body, messages) => {
  const read = promptTextOf(body);
  expect(read.text.split("\n").sort()).toEqual(["Hi", "there"]);
  expect(read.messages).toBe(messages);
});

test("media, ids and signatures are no text; tools are read as JSON", () => {
  const parts = [
    { text: "Hi" },
    { inlineData: { mimeType: "image/png", data: "QUJD".repeat(1_000) } },
    { thoughtSignature: "QUJD", functionCall: { name: "add", args: { a: "1" } } },
  ];
  expect(promptTextOf({ contents: [{ parts }] }).text).toBe("Hi\nadd\n1");
  expect(promptTextOf({ tools: [{ name: "add" }], messages: [] }).text).toBe('[{"name":"add"}]');
});

test("a body that is nested without end is read without a fault", () => {
  let deep: unknown = "x";
  for (let i = 0; i < 5_000; i++) deep = [deep];
  expect(promptTextOf({ messages: deep as never }).text).toBe("");
});

test("the template around a prompt goes by the model", async () => {
  const body = { messages: [{ role: "user", content: "Tell me a joke" }] };
  const text = (model: string) => estimatedTokens("Tell me a joke", model);
  expect(await estimatedPromptTokens(body, "gemini-2.5-flash")).toBe(await text("gemini-2.5-flash"));
  expect(await estimatedPromptTokens(body, "openai/gpt-oss-120b")).toBe((await text("gpt-oss-120b")) + 69);
  expect(await estimatedPromptTokens(body, "claude-haiku-4-5")).toBe((await text("claude-haiku-4-5")) + 7);
});
