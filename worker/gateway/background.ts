/** Answers that tell what earlier work in the background used, as JSON or as a stream: `GET /responses/{id}`, or a deferred completion. */
import type { Background, BackgroundStart, BackgroundUse } from "../core/background.ts";
import { DIALECTS, type DialectName } from "../dialects/index.ts";
import type { Reading } from "../dialects/types.ts";
import { priceFrom } from "../pricing/index.ts";
import type { Wallet } from "../wallet/types.ts";
import { type Answered, garbage, headersOf, mostWhole } from "./answer.ts";
import type { Call } from "./call.ts";
import { type Charge, chargeFor, NO_CHARGE } from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import type { Ending } from "./event.ts";
import { readAnswer } from "./read-answer.ts";
import { relay } from "./relay.ts";
import { StreamMeter } from "./stream-meter.ts";

/** Works that this isolate has told its ledger of: whoever polls on costs no more calls. */
const told = new Set<string>();
const MAX_TOLD = 10_000;
/** After this a start that is unknown was made elsewhere, or long ago. */
const LINGER_MS = 1_500;

/** The answer goes on as it is, for nothing; what it says of its work is settled with it. */
export async function tellsEarlier(answered: Answered, dialect: DialectName): Promise<Ending> {
  const { of, response, upstream } = answered;
  const type = response.headers.get("content-type") ?? "";
  const meter = new StreamMeter(DIALECTS[dialect], type);
  const init = { status: response.status, headers: headersOf(answered, true) };
  const read = /event-stream/i.test(type) ? null : await readAnswer(response, mostWhole(of.call));
  let status: Ending["status"] = "ok";
  if (read?.kind === "broken") return garbage(of, "broke its answer off");
  if (read?.kind === "whole") {
    meter.seeAll(read.bytes);
    of.respond(new Response(read.bytes, init));
  } else {
    const { readable, writable } = new IdentityTransformStream();
    of.respond(new Response(readable, init));
    const end = await relay({
      first: read?.first ?? [],
      reader: read?.reader ?? (response.body as ReadableStream<Uint8Array>).getReader(),
      to: writable,
      see: (chunk) => meter.see(chunk),
      edit: null,
      guard: null,
      mend: null,
      client: of.client,
      cancel: () => upstream.abort(),
    });
    status = end === "left" ? "aborted" : end === "broken" ? "truncated" : "ok";
  }
  const reading = meter.end();
  return {
    status,
    httpStatus: response.status,
    charge: NO_CHARGE,
    modelServed: reading.modelServed,
    firstByteAt: Date.now(),
    background: await toldBy(of, reading),
  };
}

/** What `reading` tells of a work that the ledger may still wait for. */
async function toldBy({ call, wallet }: Delivery, reading: Reading): Promise<Background | null> {
  const { reported, error } = reading;
  const id = reading.backgroundId ?? call.place.endpoint.earlierId;
  if (id === undefined || (reported === null && error === null)) return null;
  const name = `${call.grant.tenant}/${call.scope.provider}/${id}`;
  if (told.has(name)) return null;
  const start = await startOf(wallet, { provider: call.scope.provider, id });
  if (told.size >= MAX_TOLD) told.clear();
  told.add(name);
  if (start.outcome === "settled") return null;
  // A work that failed without a count is not billed, or it would have told its usage.
  const charge = reported
    ? chargeFor(pricedFor(call, reading, start.outcome === "open" ? start.event : null), reading, reported, "provider")
    : NO_CHARGE;
  return { id, used: usedBy(reading, charge) };
}

/** A poll may be quicker than the settlement of the start, which lingers in its isolate for company. */
async function startOf(wallet: Wallet, work: { provider: string; id: string }): Promise<BackgroundStart> {
  const start = await wallet.startedInBackground(work);
  if (start.outcome !== "unknown") return start;
  await scheduler.wait(LINGER_MS);
  return wallet.startedInBackground(work);
}

/** Priced as what was asked for when the work began; by the name of what answers, where that was not heard of. */
function pricedFor(call: Call, reading: Reading, start: { model: string; time: number } | null) {
  const { provider } = call.scope;
  const { prices } = call.grant;
  const { model, time } = start ?? { model: reading.modelServed ?? "", time: call.arrivedAt };
  return { provider, model, time, price: priceFrom(prices, { provider, model, time }), prices, conditions: {} };
}

const usedBy = (reading: Reading, charge: Charge): BackgroundUse => ({
  modelServed: reading.modelServed,
  tokens: charge.tokens,
  units: charge.units,
  costNanos: charge.costNanos,
  usageSource: charge.usageSource,
  priceSource: charge.priceSource,
  priceVersion: charge.priceVersion,
  ...(charge.shares && { shares: charge.shares }),
  ...(charge.conditions && { conditions: charge.conditions }),
  flags: [...(charge.costNanos === null ? ["unpriced"] : []), ...charge.unpriced.map((unit) => `unpriced:${unit}`)],
});
