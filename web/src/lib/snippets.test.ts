import { expect, test } from "vitest";
import { snippetsFor } from "./snippets.ts";

const snippets = snippetsFor("https://gateway.example", "mtr_test_abc");

test("there is a snippet for every client that the keys page promises", () => {
  expect(snippets.map((each) => each.id)).toEqual([
    "curl",
    "openai-ts",
    "openai-py",
    "anthropic-ts",
    "anthropic-py",
    "google-ts",
    "google-py",
    "claude-code",
    "codex",
  ]);
});

test.each(snippets.map((each) => [each.title, each.code]))(
  "%s has the address and the key filled in",
  (_title, code) => {
    expect(code).toContain("https://gateway.example/");
    expect(code).toContain("mtr_test_abc");
  },
);
