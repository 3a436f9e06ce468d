/** What an answer that is no success means for the request: classed here, once. */
import { arrayIn, isObject, type JsonObject, numberIn, objectIn, parseJson, stringIn } from "../core/json.ts";

/**
 * `retry`: the same target may answer it in a moment. `credential`: another credential may. `next`: this target will not.
 * `standard`: the tier that was asked for has no room, the usual one may have. `larger`: the request does not fit into this
 * model. `tell`: the request itself is refused, wherever it is sent.
 */
export type Verdict =
  | { kind: "retry"; waitMs: number | null }
  | { kind: "credential"; refused: boolean; waitMs: number | null }
  | { kind: "next" }
  | { kind: "standard" }
  | { kind: "larger" }
  | { kind: "tell" };

/** An answer's head, and the beginning of its body. */
export interface Refusal {
  status: number;
  /** By lower-case names. */
  headers: { get(name: string): string | null };
  body: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether the gateway asked for the slower tier. */
  flex?: boolean;
}

const OVERFLOW =
  /context[ _-]?(?:length|window|limit)|model token limit|prompt exceeds max length|range of input length|prompt is too long|maximum (?:context|prompt) length|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|model's maximum|max) (?:number of )?(?:input )?tokens|too large for model|input is too long/i;
const POLICY =
  /content[ _-]?(?:policy|filter|management)|responsibleai|safety (?:system|policy)|moderation|prohibited[ _]content|usage polic/i;
/** The account is out of money, which no waiting mends. */
const BILLING =
  /insufficient[ _](?:quota|credits?|balance|funds)|billing|credit balance|exceeded your current quota|payment required|api usage limits/i;
/** Or not where the gateway asks from. */
const NO_MODEL =
  /model[ _]?(?:is[ _])?not[ _](?:found|exist|available|supported)|(?:does not|doesn't) exist|unknown model|decommissioned|no longer (?:available|supported)|location is not supported/i;
const BAD_KEY = /invalid[ _](?:api[ _])?key|api key not valid|incorrect api key|authentication[ _](?:error|fails?)/i;

/** The slower tier is full, or this model is not sold in it. */
const NO_FLEX = /resource[ _]unavailable|service[ _]tier|\bflex\b/i;

/** What `refusal`, an answer of status 400 or above, means. */
export function classify(refusal: Refusal): Verdict {
  const { status, headers, body } = refusal;
  const waitMs = askedWaitMs(refusal);
  if (refusal.flex && (status === 429 || status === 400) && NO_FLEX.test(body)) return { kind: "standard" };
  switch (status) {
    case 400:
    case 413:
    case 422:
      if (OVERFLOW.test(body) || status === 413) return { kind: "larger" };
      if (POLICY.test(body)) return { kind: "tell" };
      if (BAD_KEY.test(body)) return { kind: "credential", refused: true, waitMs: null };
      if (BILLING.test(body)) return { kind: "credential", refused: true, waitMs: null };
      return NO_MODEL.test(body) ? { kind: "next" } : { kind: "tell" };
    case 401:
    case 402:
      return { kind: "credential", refused: true, waitMs: null };
    case 403:
      return POLICY.test(body) ? { kind: "tell" } : { kind: "credential", refused: true, waitMs: null };
    case 429:
      return { kind: "credential", refused: BILLING.test(body) && waitMs === null, waitMs };
    case 404:
    case 405:
    case 410:
      return { kind: "next" };
    default:
      if (headers.get("x-should-retry") === "false") return { kind: "next" };
      if (status === 408 || status === 409 || status === 425 || status >= 500) {
        return status === 501 || status === 505 ? { kind: "next" } : { kind: "retry", waitMs };
      }
      return { kind: "tell" };
  }
}

/** Kinds of errors that come inside a 200, by the status that they would have had. */
const STATUS_OF: readonly (readonly [RegExp, number])[] = [
  [/rate_limit|resource_exhausted|too_many|quota/i, 429],
  [/overloaded|unavailable|capacity/i, 503],
  [/authentication|unauthenticated|invalid_api_key/i, 401],
  [/permission/i, 403],
  [/timeout|deadline/i, 504],
  [/not_found/i, 404],
  [/invalid_request|invalid_argument|context_length|content_policy|content_filter|invalid_prompt/i, 400],
];

/** The status that an error inside a success would have had. What is not known is a fault of the provider's. */
export function statusOfError(json: unknown): number {
  const error = errorOf(json);
  const code = error.code ?? error.status;
  if (typeof code === "number" && code >= 400 && code < 600) return code;
  const words = [error.type, error.code, error.status].filter((one) => typeof one === "string").join(" ");
  return STATUS_OF.find(([pattern]) => pattern.test(words))?.[1] ?? 500;
}

/** The error object in a body, wherever its dialect puts it. */
function errorOf(json: unknown): JsonObject {
  const whole = Array.isArray(json) ? json[0] : json;
  if (!isObject(whole)) return {};
  const response = objectIn(whole, "response");
  for (const error of [whole.error, response.error]) if (isObject(error)) return error;
  return whole;
}

/** How long the provider asks to wait, in milliseconds; null where it does not say. Headers first, then the body. */
function askedWaitMs({ headers, body, now }: Refusal): number | null {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = headers.get("retry-after");
  if (after !== null && after.trim() !== "") {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  return waitInBody(parseJson(body));
}

function waitInBody(json: unknown): number | null {
  const error = errorOf(json);
  for (const of of [error, objectIn(error, "metadata"), isObject(json) ? json : {}]) {
    const ms = numberIn(of, "retry_after_ms");
    if (ms !== null && ms >= 0) return ms;
    const seconds = numberIn(of, "retry_after") ?? numberIn(of, "retry_after_seconds");
    if (seconds !== null && seconds >= 0) return seconds * 1_000;
  }
  // Google's RetryInfo.
  for (const detail of arrayIn(error, "details")) {
    const delay = isObject(detail) ? stringIn(detail, "retryDelay") : null;
    if (delay !== null && /^\d+(\.\d+)?s$/.test(delay)) return Number.parseFloat(delay) * 1_000;
  }
  return saidMs(stringIn(error, "message") ?? "");
}

/** What a unit of time is, in milliseconds, by how it begins. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^ms|^milli/i, 1],
  [/^s/i, 1_000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
];

/** OpenAI's, Groq's and Azure's messages: "try again in 1.5s", "in 20ms", "in 7m12.5s", "after 3 seconds". */
function saidMs(message: string): number | null {
  const said =
    /(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)? ?(?:ms|milliseconds?|s|seconds?|m|minutes?|h|hours?) ?)+)\b/i.exec(
      message,
    );
  if (!said) return null;
  return [...(said[1] ?? "").matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/gi)].reduce((sum, [, count, unit]) => {
    const [, ms] = UNITS.find(([pattern]) => pattern.test(unit ?? "")) ?? [null, 0];
    return sum + Number(count) * ms;
  }, 0);
}
