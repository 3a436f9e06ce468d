import { expect, test } from "vitest";
import { type Answer, messagesOf, type Turn } from "./use-conversations.ts";

const answer = (text: string): Answer => ({
  text,
  state: "done",
  error: null,
  requestId: null,
  firstTextMs: null,
  tookMs: null,
});

test("each model is told its own answers, and not the questions that it did not answer", () => {
  const before: Turn[] = [
    { question: "one", answers: [answer("eins"), answer("uno")] },
    { question: "two", answers: [answer(""), answer("due")] },
  ];
  expect(messagesOf({ system: " ", before, column: 0, question: "three" }).map(({ content }) => content)).toEqual([
    "one",
    "eins",
    "three",
  ]);
  expect(messagesOf({ system: "Be brief.", before, column: 1, question: "three" })).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "one" },
    { role: "assistant", content: "uno" },
    { role: "user", content: "two" },
    { role: "assistant", content: "due" },
    { role: "user", content: "three" },
  ]);
});
