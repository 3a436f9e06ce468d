import { expect, test } from "vitest";
import { baseFor, pathBelow } from "./custom.ts";

test.each([
  ["https://a.example/v1", "/v1/chat/completions", "/chat/completions"],
  ["https://a.example/v1", "/chat/completions", "/chat/completions"],
  ["https://a.example", "/v1/messages", "/v1/messages"],
  ["https://a.example/api/v1", "/v1x/models", "/v1x/models"],
])("below %s, %s is %s", (base, path, below) => {
  expect(pathBelow(base, path)).toBe(below);
  expect(`${baseFor(base, path)}${path}`).toBe(`${base}${below}`);
});
