/** One attempt: the request as the provider gets it, its time limits, and what came of it. */

import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { HeaderMap, HeaderReader } from "../core/header-map.ts";
import { answerSandbox } from "../providers/sandbox/index.ts";
import { bodyTooLarge, type RequestBody } from "./body.ts";
import type { Call } from "./call.ts";
import type { ProviderAccess } from "./credential.ts";
import { dropOverrides, towardsProvider } from "./headers.ts";
import { dropKeys, dropOurKeys } from "./present-key.ts";
import type { Pulse } from "./pulse.ts";

export type Answer =
  | { outcome: "answered"; response: Response }
  /** No answer came: refused, reset, not HTTP. */
  | { outcome: "failed"; error: GatewayError }
  | { outcome: "aborted" };

/** An unstreamed answer comes when it is complete, which official SDKs wait ten minutes for. */
const FIRST_BYTE_MS = 600_000;
/** A streamed one begins at once, but for models that think before their first token, and in a slower tier. */
const FIRST_BYTE_STREAMED_MS = 120_000;

export interface Attempt {
  call: Call;
  access: ProviderAccess;
  headers: HeaderReader;
  method: string;
  body: RequestBody;
  /** Fires when the client leaves. */
  client: AbortSignal;
  /** Cancels the upstream; also fires by itself when the client leaves. */
  upstream: AbortController;
  pulse: Pulse;
  /** How long to wait for the head of the answer, where a route says so. */
  firstByteMs?: number | undefined;
}

/** Sends the request and waits for the head of the answer. */
export async function attempt(of: Attempt): Promise<Answer> {
  const limitMs = firstByteMs(of);
  let timedOut = false;
  of.pulse.limit(limitMs, () => {
    timedOut = true;
    of.upstream.abort();
  });
  const leave = () => of.upstream.abort();
  of.client.addEventListener("abort", leave);
  if (of.client.aborted) leave();
  const tooLong = of.body.kind === "stream" ? of.body.tooLong : null;
  tooLong?.addEventListener("abort", leave);
  try {
    const response = await send(of);
    if (hasStatus(response)) return { outcome: "answered", response };
    of.upstream.abort();
    return { outcome: "failed", error: unreachable(of, "answered with a status that HTTP does not have") };
  } catch {
    if (of.client.aborted) return { outcome: "aborted" };
    if (tooLong?.aborted) return { outcome: "failed", error: bodyTooLarge() };
    const { slug } = of.call.place.provider;
    const error = timedOut
      ? gatewayError("upstream_timeout", `${slug} did not answer within ${limitMs / 1000} s. Nothing was charged.`)
      : unreachable(of, "cannot be reached, or broke the connection off");
    return { outcome: "failed", error };
  } finally {
    of.pulse.noLimit();
  }
}

const unreachable = ({ call }: Attempt, why: string): GatewayError =>
  gatewayError("upstream_unreachable", `${call.place.provider.slug} ${why}. Nothing was charged.`);

/** What the runtime passes on: no other number, and no switch of protocols but the one that was asked for. */
const hasStatus = ({ status, webSocket }: Response): boolean => (status >= 200 && status <= 599) || webSocket !== null;

/** `x-meterr-timeout-ms` shortens the wait for the first byte. */
function firstByteMs(of: Attempt): number {
  const most =
    of.firstByteMs ?? (of.call.facts.stream && !of.call.levers.flex ? FIRST_BYTE_STREAMED_MS : FIRST_BYTE_MS);
  const asked = Number(of.headers.get("x-meterr-timeout-ms") ?? "");
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : most;
}

async function send(of: Attempt): Promise<Response> {
  const { call, access } = of;
  const { provider, path } = call.place;
  const headers = towardsProvider(of.headers, call.unified?.translation?.headers);
  if (call.bringsCredential) dropOurKeys(headers);
  else dropKeys(headers);
  if (of.method !== "POST") dropOverrides(headers);
  if (call.mode === "test") {
    dropKeys(headers);
    return answerSandbox({
      provider: provider.slug,
      path,
      query: new URLSearchParams(call.search),
      method: of.method,
      headers,
      body: bodyOf(of.body),
      signal: of.upstream.signal,
    });
  }
  if (call.place.isSocket) keepUpgrade(headers, of.headers);
  const url = `${access.base}${path}${call.search}`;
  if (access.apiKey !== null) await provider.authorize({ headers, path }, access.apiKey);
  const init: RequestInit = {
    method: of.method,
    headers: headers.toInit(),
    redirect: "manual",
    signal: of.upstream.signal,
  };
  // A body has no meaning there, and the runtime sends none.
  const body = of.method === "GET" || of.method === "HEAD" ? null : bodyOf(of.body);
  if (body) init.body = body;
  const answer = fetch(url, init);
  void call.unified?.translation?.prepare();
  return answer;
}

/** What makes a request one for a WebSocket; the rest of the handshake is the runtime's. */
function keepUpgrade(headers: HeaderMap, from: HeaderReader): void {
  headers.set("upgrade", "websocket");
  const protocols = from.get("sec-websocket-protocol");
  if (protocols !== null) headers.set("sec-websocket-protocol", protocols);
}

function bodyOf(body: RequestBody): Uint8Array | ReadableStream<Uint8Array> | null {
  switch (body.kind) {
    case "none":
      return null;
    case "stream":
      return body.stream;
    case "json":
    case "form":
      return body.bytes;
  }
}
