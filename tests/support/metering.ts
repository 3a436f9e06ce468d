/** What the gateway itself makes of a recorded exchange: its call, its bound and its charge, without a network between. */
import { DIALECTS } from "../../worker/dialects/index.ts";
import type { Reading } from "../../worker/dialects/types.ts";
import { readBody } from "../../worker/gateway/body.ts";
import { boundRequestOf, priceFor } from "../../worker/gateway/bound-request.ts";
import type { Admission, Call } from "../../worker/gateway/call.ts";
import { type Charge, chargeAnswer } from "../../worker/gateway/charge.ts";
import { NO_LEVERS } from "../../worker/gateway/levers.ts";
import { contextOf } from "../../worker/gateway/locate.ts";
import { StreamMeter } from "../../worker/gateway/stream-meter.ts";
import { type Bound, type BoundRequest, boundOf, type ModelPrice } from "../../worker/pricing/index.ts";
import { providerOf } from "../../worker/providers/registry.ts";
import { type Recording, responseBytes } from "./recordings.ts";

/** When the catalogue's data was packed: dated prices are those of this day. */
export const PRICED_AT = Date.UTC(2026, 10, 24);

export interface Metered {
  recording: Recording;
  call: Call;
  /** At which it is bounded; null where none is known. */
  price: ModelPrice | null;
  request: BoundRequest | null;
  bound: Bound | null;
  reading: Reading;
  charge: Charge;
}

/** The exchange as the gateway meters it; null where it does not read it: an error, or an endpoint without usage. */
export async function metered(recording: Recording): Promise<Metered | null> {
  const call = await callOf(recording);
  const { dialect } = call?.place.endpoint ?? { dialect: null };
  if (!call || dialect === null || recording.response.status >= 400) return null;
  const price = priceFor(call);
  const request = price && boundRequestOf(call, price);
  const bound = request && boundOf(request);
  const meter = new StreamMeter(DIALECTS[dialect], recording.response.headers["content-type"] ?? "");
  meter.seeAll(responseBytes(recording));
  const reading = meter.end();
  const boundNanos = bound?.outcome === "bounded" ? bound.nanos : null;
  const admission: Admission = { hold: null, price, boundNanos, slices: null, body: call.body };
  const charge = await chargeAnswer(call, admission, reading, () => meter.answerText());
  return { recording, call, price, request, bound, reading, charge };
}

async function callOf({ provider: slug, request }: Recording): Promise<Call | null> {
  const provider = providerOf(slug);
  const { pathname: path, search } = new URL(request.url);
  if (!provider) return null;
  const endpoint = provider.endpoint(request.method, path);
  const sent = requestOf(request);
  const read = sent ? await readBody(sent, sent.headers, endpoint.dialect !== null) : null;
  // A source that did not record the request left nothing to read.
  const body: Call["body"] = read?.ok ? read.value : { kind: "json", bytes: new Uint8Array(), text: "", json: {} };
  if (endpoint.dialect === null || (body.kind !== "json" && body.kind !== "form")) return null;
  const facts = DIALECTS[endpoint.dialect].facts(body.json, contextOf({ provider, endpoint, path, search }));
  const model = endpoint.model ?? facts.model;
  const labels = { user: null, session: null, tags: {} };
  return {
    id: "req_recorded",
    arrivedAt: PRICED_AT,
    mode: "live",
    grant: { prices: [] } as unknown as Call["grant"],
    scope: { key: "key", team: null, provider: slug, model: model ?? "", ...labels },
    place: { provider, endpoint, path, search },
    facts: { ...facts, model },
    body,
    search,
    bringsCredential: false,
    unified: null,
    levers: NO_LEVERS,
    bodiesUntil: null,
  };
}

function requestOf({ method, url, headers, body, body_encoding }: Recording["request"]): Request | null {
  if (method === "GET" || body === undefined || body === "") return null;
  const bytes =
    body_encoding === "base64"
      ? Buffer.from(String(body), "base64")
      : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return new Request(url, { method, body: bytes, headers: { "content-type": type ?? "application/json" } });
}
