import { expect, it } from "vitest";
import { keptBody, MAX_KEPT_BYTES } from "./kept-body.ts";
import type { Redaction } from "./redact.ts";

const rules: Redaction = { kinds: ["emails", "secrets"], fields: ["password"], texts: [] };
const bodyOf = (type: string, text: string, bytes?: number) => {
  const raw = new TextEncoder().encode(text);
  return keptBody({ type, raw, bytes: bytes ?? raw.byteLength }, rules);
};

it("keeps JSON as JSON, redacted", () => {
  const kept = bodyOf("application/json", '{"messages":[{"content":"I am ada@example.com"}],"password":"x"}');
  expect(kept).toMatchObject({
    cut: false,
    json: { messages: [{ content: "I am [emails]" }], password: "[redacted]" },
  });
});

it("joins a stream's texts, so that what lies across two chunks is redacted too", () => {
  const delta = (content: string) => `data: ${JSON.stringify({ id: "c1", choices: [{ delta: { content } }] })}\n\n`;
  const text = `${["mail a", "da@exam", "ple.com", " soon"].map(delta).join("")}data: {"id":"c1","usage":{"total":3}}\r\n\r\ndata: [DONE]\n\n`;
  expect(bodyOf("text/event-stream", text).stream).toEqual({
    events: 5,
    texts: { id: "c1", "choices[0].delta.content": "mail [emails] soon" },
    last: { id: "c1", usage: { total: 3 } },
  });
});

it("keeps of what is no text that it was there", () => {
  expect(bodyOf("audio/mpeg", "ID3")).toEqual({ type: "audio/mpeg", bytes: 3, cut: false });
});

it("of JSON that is too long keeps no part that a named field may cover", () => {
  const kept = bodyOf("application/json", `{"password": "${"x".repeat(20)}`, MAX_KEPT_BYTES + 1);
  expect(kept).toEqual({ type: "application/json", bytes: MAX_KEPT_BYTES + 1, cut: true });
});
