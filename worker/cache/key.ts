/**
 * The key of a cached answer: a digest of everything that may change it. The tenant is a required part, so that no
 * answer crosses from one to another; of the headers all count but those that are known to change nothing, so that
 * a new one costs a miss and never a wrong hit.
 */
import type { HeaderReader } from "../core/header-map.ts";
import type { JsonObject } from "../core/json.ts";
import type { KeyMode } from "../core/usage.ts";

export interface CacheSubject {
  tenant: string;
  mode: KeyMode;
  provider: string;
  /** Where the provider is, for a credential may point elsewhere. */
  base: string;
  method: string;
  path: string;
  search: string;
  headers: HeaderReader;
  /** The body's text: numbers are compared as they are written. */
  text: string;
  json: JsonObject;
  /** The client's own provider credential, where it brought one: another account may answer otherwise. */
  ownCredential: string | null;
  /** The meterr key that alone may find it; null: any of the tenant's. */
  key: string | null;
}

/** Headers that say who asks and how it was sent, not what is asked. */
const IRRELEVANT = new RegExp(
  `^(?:${[
    "x-meterr-.*|x-stainless-.*|user-agent|x-goog-api-client",
    "authorization|x-api-key|x-goog-api-key|api-key|cookie",
    "accept|accept-encoding|accept-language|cache-control|pragma|content-length|content-type|date|priority",
    "host|connection|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|cdn-loop|x-envoy-.*|sec-.*|origin|referer",
    "x-request-id|x-client-request-id|x-correlation-id|idempotency-key",
    // Each tracer's own: they are others with every request.
    "traceparent|tracestate|baggage|sentry-trace|x-datadog-.*|b3|x-b3-.*|x-amzn-trace-id|x-cloud-trace-context",
    "uber-trace-id|newrelic|elastic-apm-traceparent",
  ].join("|")})$`,
);

/** `v1:` and a SHA-256 in hex: well under KV's 512 bytes, and nothing of the request can be read off it. */
export async function cacheKey(subject: CacheSubject): Promise<string> {
  const headers = [...subject.headers].filter(([name]) => !IRRELEVANT.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const material = JSON.stringify([
    subject.tenant,
    subject.mode,
    subject.provider,
    subject.base,
    subject.method,
    subject.path,
    subject.search,
    subject.ownCredential,
    headers,
    canonical(subject.text, subject.json),
    ...(subject.key === null ? [] : [subject.key]),
  ]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(material));
  return `v1:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A number that JavaScript may not hold as it was written: more than 15 digits, or an exponent. */
const INEXACT_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15,}|\d+(?:\.\d+)?[eE])/;

/** The body with the fields of every object in order; as it is, where reading its numbers could make two bodies one. */
function canonical(text: string, json: JsonObject): string {
  return INEXACT_NUMBER.test(text) ? text : JSON.stringify(sorted(json));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  // Every object becomes one with its entries in order: `__proto__` and integer-like names keep their place, and no array is one.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { o: entries.map(([name, inner]) => [name, sorted(inner)]) };
}
