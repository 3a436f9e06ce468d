import { parseSearchWith, stringifySearchWith } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { quotedValue, requestsSearch, signInSearch } from "./search.ts";

it.each(["/app", "/app/tenant/keys?new=1", "/app/invitation?token=aB9", "/app/t/requests?q=two+words&tag=env%3Dprod"])(
  "goes on to %s after signing in",
  (next) => {
    expect(signInSearch({ next }).next).toBe(next);
  },
);

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

it.each(["12345678901234567890", "1e5", "1.0", "true", "null", '"quoted"', "two words", "{}"])(
  "%s is a filter as it is",
  (user) => {
    const written = new URLSearchParams({ user }).toString();
    const parse = parseSearchWith(quotedValue);
    if (!user.startsWith('"')) expect(requestsSearch(parse(`?${written}`)).user).toBe(user);
    const own = stringifySearchWith(JSON.stringify, quotedValue)({ user });
    expect(requestsSearch(parse(own)).user).toBe(user);
  },
);
