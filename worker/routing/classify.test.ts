import { describe, expect, test } from "vitest";
import { classify, statusOfError } from "./classify.ts";
import { delayMs } from "./retry.ts";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const verdict = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  classify({
    status,
    headers: new Headers(headers),
    body: typeof body === "string" ? body : JSON.stringify(body),
    now: NOW,
  });
const error = (message: string, more: object = {}) => ({ error: { message, ...more } });

describe("an error", () => {
  test.each([
    [
      "OpenAI",
      400,
      error("This model's maximum context length is 128000 tokens.", { code: "context_length_exceeded" }),
    ],
    ["Anthropic", 400, { type: "error", ...error("prompt is too long: 210000 tokens > 200000 maximum") }],
    ["Google", 400, error("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")],
    ["Mistral", 400, error("Prompt contains 40000 tokens, too large for model with 32768 maximum context length")],
    [
      "Anthropic, with its cap",
      400,
      error("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
    ],
    ["Moonshot", 400, error("Invalid request: Your request exceeded model token limit: 131072")],
    ["Z.AI", 400, error("Prompt exceeds max length", { code: "1261" })],
    ["Alibaba", 400, error("Range of input length should be [1, 30720]")],
    ["any", 413, "too large"],
  ])("of %s for a context that is too long asks for a larger model", (_, status, body) => {
    expect(verdict(status, body)).toEqual({ kind: "larger" });
  });

  test.each([
    [400, error("Your request was rejected by our safety system", { code: "content_policy_violation" })],
    [400, error("filtered", { code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } })],
    [403, error("Your input was flagged by moderation")],
    [400, error("'temperature' must be at most 2")],
    [422, error("bad field")],
  ])("%i of the request itself is the client's to hear", (status, body) => {
    expect(verdict(status, body)).toEqual({ kind: "tell" });
  });

  test("of the provider may be gone in a moment", () => {
    for (const status of [408, 409, 500, 502, 503, 504, 529]) {
      expect(verdict(status)).toEqual({ kind: "retry", waitMs: null });
    }
    expect(verdict(500, {}, { "x-should-retry": "false" })).toEqual({ kind: "next" });
    expect(verdict(501)).toEqual({ kind: "next" });
  });

  test("of the credential asks for another one", () => {
    expect(verdict(401)).toEqual({ kind: "credential", refused: true, waitMs: null });
    expect(verdict(402)).toEqual({ kind: "credential", refused: true, waitMs: null });
    expect(verdict(403)).toMatchObject({ kind: "credential", refused: true });
    expect(verdict(429)).toEqual({ kind: "credential", refused: false, waitMs: null });
    expect(verdict(429, error("You exceeded your current quota", { code: "insufficient_quota" }))).toMatchObject({
      refused: true,
    });
    expect(verdict(400, error("Your credit balance is too low"))).toMatchObject({ kind: "credential", refused: true });
    const spent =
      "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.";
    expect(verdict(400, error(spent))).toMatchObject({ kind: "credential", refused: true });
    expect(verdict(400, error("API key not valid."))).toMatchObject({ kind: "credential", refused: true });
  });

  test("of a model that is not there goes to the next target", () => {
    expect(verdict(404)).toEqual({ kind: "next" });
    expect(verdict(400, error("The model `x` does not exist"))).toEqual({ kind: "next" });
    expect(verdict(400, error("User location is not supported for the API use."))).toEqual({ kind: "next" });
  });

  test.each([
    [{}, { "retry-after-ms": "20", "retry-after": "9" }, 20],
    [{}, { "retry-after": "1.5" }, 1_500],
    [{}, { "retry-after": "Tue, 24 Nov 2026 10:00:03 GMT" }, 3_000],
    [error("x", { details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2.5s" }] }), {}, 2_500],
    [error("Rate limit reached. Please try again in 340ms."), {}, 340],
    [error("Please retry after 3 seconds."), {}, 3_000],
    [error("Rate limit reached. Please try again in 7m12.5s. Need more tokens?"), {}, 432_500],
    [error("Please try again in 1h2m3s"), {}, 3_723_000],
    [error("Please retry after 2 minutes"), {}, 120_000],
    [error("Please try again in a while"), {}, null],
    [error("x", { retry_after: 4 }), {}, 4_000],
    [{ retry_after_ms: 70 }, {}, 70],
    [{}, { "retry-after": "soon" }, null],
  ])("says how long to wait: %j %j", (body, headers, waitMs) => {
    expect(verdict(429, body, headers as Record<string, string>)).toMatchObject({ waitMs });
  });

  test("inside a success has the status that it would have had", () => {
    expect(statusOfError({ type: "error", error: { type: "overloaded_error" } })).toBe(503);
    expect(statusOfError({ error: { code: 429, status: "RESOURCE_EXHAUSTED" } })).toBe(429);
    expect(statusOfError({ type: "response.failed", response: { error: { code: "rate_limit_exceeded" } } })).toBe(429);
    expect(statusOfError({ error: { type: "invalid_request_error", code: "context_length_exceeded" } })).toBe(400);
    expect(statusOfError({ error: "boom" })).toBe(500);
    expect(statusOfError(undefined)).toBe(500);
  });
});

describe("the pause before the next try", () => {
  test("is what the provider asks for, unless that is too long to wait", () => {
    expect(delayMs({ next: 2, askedMs: 900, maxDelayMs: 1_000, random: 0.5 })).toBe(900);
    expect(delayMs({ next: 2, askedMs: 1_001, maxDelayMs: 1_000, random: 0.5 })).toBeNull();
  });

  test("doubles, is drawn from its upper half, and ends at its most", () => {
    expect([2, 3, 4, 9].map((next) => delayMs({ next, askedMs: null, maxDelayMs: 1_000, random: 0 }))).toEqual([
      125, 250, 500, 500,
    ]);
    expect(delayMs({ next: 2, askedMs: null, maxDelayMs: 1_000, random: 0.999 })).toBe(250);
  });
});
