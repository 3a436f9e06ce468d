/** Which headers cross, in both directions: all the client's and the provider's own, none of the connection's and none of ours. */

import { HeaderMap, type HeaderReader } from "../core/header-map.ts";

/** Of one connection only (RFC 9110, 7.6.1), or set anew by the runtime. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "expect",
]);
/** What tells about the client's way to us, which is no provider's business. */
const PRIVATE = new Set(["cookie", "forwarded", "via", "x-real-ip", "true-client-ip", "origin", "referer"]);
const PRIVATE_PREFIX = /^(?:x-meterr-|cf-|x-forwarded-|sec-)/;
/** The encodings that the runtime decodes for the meter; zstd and deflate come through undecoded. */
const READABLE_ENCODINGS = ["gzip", "br"];
/** One that the client says it does not take. */
const REFUSED_ENCODING = /[^,;]+;\s*q=0(?:\.0*)?\s*(?=,|$)/g;

/** The client's headers, as a provider may see them; of a translated request, those that its own format has `instead`. */
export function towardsProvider(from: HeaderReader, instead?: Iterable<[string, string]>): HeaderMap {
  const kept = new HeaderMap();
  for (const [name, value] of instead ?? from) {
    if (!HOP_BY_HOP.has(name) && !PRIVATE.has(name) && !PRIVATE_PREFIX.test(name)) kept.set(name, value);
  }
  kept.set("accept-encoding", readableEncodings(from.get("accept-encoding")));
  return kept;
}

/** By which some servers take a request for one of another method: what was free as a GET or DELETE is none as a POST. */
export function dropOverrides(headers: HeaderMap): void {
  for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) headers.delete(name);
}

/** What both the client and the meter can read. */
function readableEncodings(accepted: string | null): string {
  const offered = (accepted ?? "").toLowerCase().replace(REFUSED_ENCODING, "");
  const both = READABLE_ENCODINGS.filter((encoding) => offered.includes(encoding));
  return both.length > 0 ? both.join(", ") : "identity";
}

/** The connection's own, and what a provider may not set on our origin. */
const NOT_FROM_PROVIDER = new Set([
  "set-cookie",
  "alt-svc",
  "content-length",
  "strict-transport-security",
  "public-key-pins",
  "clear-site-data",
  "service-worker-allowed",
]);

/** Types that no browser renders as a page, whatever is in them. */
const INERT =
  /^(?:application\/(?:json|x-ndjson|jsonl|octet-stream|[\w.-]+\+json)|text\/(?:plain|event-stream|csv)|(?:audio|video)\/[\w.+-]+|image\/(?!svg)[\w.+-]+)\s*(?:;[^,]*)?$/i;

/**
 * The provider's headers, as the client gets them. `decoded`: the body went through the meter, so that its encoding
 * is gone.
 */
export function towardsClient(from: HeaderReader, decoded: boolean): HeaderMap {
  const kept = new HeaderMap();
  for (const [name, value] of from) {
    if (HOP_BY_HOP.has(name) || NOT_FROM_PROVIDER.has(name) || name.startsWith("x-meterr-")) continue;
    if (decoded && name === "content-encoding") continue;
    kept.set(name, value);
  }
  if (!INERT.test(kept.get("content-type") ?? "")) disarm(kept);
  return kept;
}

/** A provider's answer stands on the dashboard's origin, where none of its pages may run. Also what is guessed to be one. */
function disarm(headers: HeaderMap): void {
  const own = headers.get("content-security-policy");
  headers.set("content-security-policy", own === null ? "sandbox" : `${own}, sandbox`);
  headers.set("x-content-type-options", "nosniff");
}
