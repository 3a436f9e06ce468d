import { expect, test } from "vitest";
import { headersOf } from "./words.ts";

test("headers are a line each, their values with whatever colons they have", () => {
  expect(headersOf(" Authorization: Bearer a:b \n\nx-team:search")).toEqual({
    headers: { Authorization: "Bearer a:b", "x-team": "search" },
  });
  expect(headersOf("")).toEqual({ headers: {} });
});

test("a line that is no header is told", () => {
  expect(headersOf("a: b\nBearer xyz")).toEqual({ wrong: "Bearer xyz" });
  expect(headersOf(": value")).toEqual({ wrong: ": value" });
});
