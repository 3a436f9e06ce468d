import { expect, test } from "vitest";
import { HeaderMap } from "../core/header-map.ts";
import { dropOurKeys, presentedKey } from "./present-key.ts";

const KEY = "mtr_test_1abc_def_ghi";

test.each([
  ["authorization", `Bearer ${KEY}`],
  ["authorization", `bearer  ${KEY}`],
  ["x-api-key", KEY],
  ["x-goog-api-key", KEY],
  ["api-key", KEY],
])("the key is found in %s: %s", (name, value) => {
  expect(presentedKey(new Headers({ [name]: value }), "?alt=sse")).toEqual({
    text: KEY,
    bringsCredential: false,
    search: "?alt=sse",
  });
});

test("the key is found in the query, and nothing else of the query changes", () => {
  expect(presentedKey(new Headers(), `?a=%20b&key=${KEY}&alt=sse&x[]=1`)).toEqual({
    text: KEY,
    bringsCredential: false,
    search: "?a=%20b&alt=sse&x[]=1",
  });
  expect(presentedKey(new Headers(), "?key=%E0%A4%A")?.text).toBe("%E0%A4%A");
});

test("a client with its own credential keeps it, and its query", () => {
  const headers = new Headers({ "x-meterr-key": KEY, authorization: "Bearer sk-own" });
  expect(presentedKey(headers, "?key=own")).toEqual({ text: KEY, bringsCredential: true, search: "?key=own" });
});

test("our key wins over another in another place", () => {
  expect(presentedKey(new Headers({ authorization: "Bearer dummy", "x-api-key": KEY }), "").text).toBe(KEY);
});

test.each([
  [{ authorization: `Bearer ${KEY}` }, "", false],
  [{}, `?key=${KEY}`, false],
  [{ "x-api-key": KEY, authorization: "Bearer sk-own" }, "", true],
  [{ authorization: "Bearer sk-own" }, `?key=${KEY}`, true],
])("a key of ours in a provider's place is no credential to send there: %j%s", (headers, search, bringsCredential) => {
  expect(presentedKey(new Headers({ "x-meterr-key": KEY, ...headers }), search)).toEqual({
    text: KEY,
    bringsCredential,
    search: "",
  });
});

test("keys of ours are dropped where a credential stands beside them", () => {
  const headers = new HeaderMap([
    ["authorization", "Bearer sk-own"],
    ["x-api-key", KEY],
    ["api-key", `bearer ${KEY}`],
  ]);
  dropOurKeys(headers);
  expect([...headers]).toEqual([["authorization", "Bearer sk-own"]]);
});
