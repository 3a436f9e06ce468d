import { expect, test } from "vitest";
import { towardsClient, towardsProvider } from "./headers.ts";

test("the provider's own headers reach it; ours, cookies and Cloudflare's do not", () => {
  const headers = towardsProvider(
    new Headers({
      "anthropic-beta": "a,b",
      "openai-organization": "org",
      "x-stainless-lang": "js",
      "x-meterr-tags": "a=b",
      "x-meterr-key": "mtr_live_1",
      cookie: "session=1",
      "cf-connecting-ip": "203.0.113.1",
      "x-forwarded-for": "203.0.113.1",
      connection: "keep-alive",
    }),
  );
  expect([...headers].map(([name]) => name).sort()).toEqual([
    "accept-encoding",
    "anthropic-beta",
    "openai-organization",
    "x-stainless-lang",
  ]);
});

test.each([
  ["gzip, deflate, br, zstd", "gzip, br"],
  ["br", "br"],
  ["zstd", "identity"],
  ["", "identity"],
])("of the encodings %s the provider is offered %s", (accepted, offered) => {
  expect(towardsProvider(new Headers({ "accept-encoding": accepted })).get("accept-encoding")).toBe(offered);
});

test("a provider's headers come back, but not its cookies and nothing that poses as ours", () => {
  const headers = towardsClient(
    new Headers({
      "x-request-id": "r",
      "x-ratelimit-remaining-tokens": "7",
      "set-cookie": "a=b",
      "x-meterr-cost-usd": "0",
      "content-encoding": "gzip",
    }),
    true,
  );
  expect([...headers].map(([name]) => name).sort()).toEqual(["x-ratelimit-remaining-tokens", "x-request-id"]);
});
