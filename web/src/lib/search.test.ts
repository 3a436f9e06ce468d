import { expect, it } from "vitest";
import { signInSearch } from "./search.ts";

it.each(["/app", "/app/tenant/keys?new=1", "/app/invitation?token=aB9"])("goes on to %s after signing in", (next) => {
  expect(signInSearch({ next }).next).toBe(next);
});

it.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/app@evil.example",
  "/app.evil.example",
  "/app/../../evil",
  "javascript:alert(1)",
  "/app\n//evil.example",
  "/other",
  7,
])("goes nowhere else, as %s would have it", (next) => {
  expect(signInSearch({ next }).next).toBeUndefined();
});
