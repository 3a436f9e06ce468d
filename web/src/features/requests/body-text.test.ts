import { expect, it } from "vitest";
import { bodyText } from "./body-text.ts";

const body = { type: "application/json", bytes: 1, cut: false };

it("reads JSON indented, text as it is, and says where nothing is kept", () => {
  expect(bodyText({ ...body, json: { a: 1 } })).toBe('{\n  "a": 1\n}');
  expect(bodyText({ ...body, text: "hi" })).toBe("hi");
  expect(bodyText(body)).toBeNull();
});

it("shows of a stream what was said, and its last event", () => {
  const texts = { id: "c1", "choices[0].delta.content": "Hello", object: "chat.completion.chunk" };
  expect(bodyText({ ...body, stream: { events: 3, texts, last: { done: true } } })).toBe(
    'choices[0].delta.content\nHello\n\nlast of 3 events\n{\n  "done": true\n}',
  );
});
