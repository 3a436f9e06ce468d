import { expect, test } from "vitest";
import { HeaderMap } from "../core/header-map.ts";
import { limitsOfRates } from "../core/rates.ts";
import { openAiError } from "../dialects/errors.ts";
import type { Call } from "./call.ts";
import { towardsClient, towardsProvider } from "./headers.ts";
import { ownHeaders, rateLimitHeaders } from "./own-headers.ts";

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
  ["gzip;q=0, br;q=0.5", "br"],
  ["br;q=1.0, gzip; q=0.000", "br"],
  ["", "identity"],
])("of the encodings %s the provider is offered %s", (accepted, offered) => {
  expect(towardsProvider(new Headers({ "accept-encoding": accepted })).get("accept-encoding")).toBe(offered);
});

test("a provider's headers come back, but not its cookies and nothing that poses as ours", () => {
  const headers = towardsClient(
    new Headers({
      "x-request-id": "r",
      "content-type": "application/json",
      "x-ratelimit-remaining-tokens": "7",
      "set-cookie": "a=b",
      "x-meterr-cost-usd": "0",
      "content-encoding": "gzip",
    }),
    true,
  );
  expect([...headers].map(([name]) => name).sort()).toEqual([
    "content-type",
    "x-ratelimit-remaining-tokens",
    "x-request-id",
  ]);
});

test.each([
  ["application/json", false],
  ["application/json; charset=utf-8", false],
  ["text/event-stream; charset=utf-8", false],
  ["audio/mpeg", false],
  ["image/png", false],
  ["application/octet-stream", false],
  ["text/plain;charset=UTF-8", false],
  ["text/html", true],
  ["application/json, text/html", true],
  ["application/json; a=b, text/html", true],
  ["image/svg+xml", true],
  ["application/xhtml+xml", true],
  ["text/xml", true],
  ["text/javascript", true],
  ["*/*", true],
  ["", true],
])("an answer of the type %s runs as no page on our origin", (type, isDisarmed) => {
  const headers = towardsClient(new Headers(type === "" ? {} : { "content-type": type }), true);
  expect(headers.get("content-security-policy")).toBe(isDisarmed ? "sandbox" : null);
  expect(headers.get("x-content-type-options")).toBe(isDisarmed ? "nosniff" : null);
});

test("a provider's own policy for its pages holds beside ours", () => {
  const own = new Headers({ "content-type": "text/html", "content-security-policy": "default-src *" });
  expect(towardsClient(own, true).get("content-security-policy")).toBe("default-src *, sandbox");
});

test.each([
  [["temperature", "messages[0].name", "tools[1]"], "temperature, messages[0].name, tools[1]"],
  [["a\nb: c", "na\u00efve", "\ud800"], "a%0Ab:%20c, na%C3%AFve, %EF%BF%BD"],
])("fields that were left out are told as a header can hold them: %j", (dropped, told) => {
  expect(droppedAs(dropped)).toBe(told);
});

test("a header of fields that were left out is no longer than clients take", () => {
  const told = droppedAs(Array.from({ length: 3_000 }, (_, at) => `messages[${at}].reasoning_content`)) ?? "";
  expect(told).toMatch(/^messages\[0\]\.reasoning_content, .* and \d+ more$/);
  expect(told.length).toBeLessThan(2_100);
  expect(droppedAs(["x".repeat(20_000)])).toBe("and 1 more");
});

/** The header of an answer to a request that lost these. */
function droppedAs(dropped: readonly string[]): string | null {
  const headers = new HeaderMap();
  const call = { id: "req_1", mode: "live", scope: { provider: "openai", model: "m" }, unified: { dropped } };
  ownHeaders(headers, call as unknown as Call, { cache: "off", attempts: 1, remainingNanos: null });
  return headers.get("x-meterr-dropped");
}

test("the first request in a rate limit's window is told when it will count no more, not that it does so at once", () => {
  const limits = limitsOfRates("key:key_1", { type: "key", id: "key_1" }, { requestsPerMinute: 5, tokensPerDay: 900 });
  const headers = new HeaderMap();
  const rates = limits.map((limit) => ({ limit, free: limit.limit - 1, resetsAt: null }));
  rateLimitHeaders(headers, rates, openAiError);
  expect(Object.fromEntries(headers)).toMatchObject({
    "x-ratelimit-remaining-requests": "4",
    "x-ratelimit-reset-requests": "1m0s",
    "x-ratelimit-reset-tokens": "24h0m0s",
  });
});
