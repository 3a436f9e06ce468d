/** What becomes of a provider's answer: here it is passed on unread; `whole-answer.ts` reads it first, `relayed-answer.ts` as it goes. */
import { gatewayError } from "../core/errors.ts";
import { usdFromNanos } from "../core/money.ts";
import type { Status } from "../core/usage.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Dialect, Reading } from "../dialects/types.ts";
import type { Call } from "./call.ts";
import { type Charge, NO_CHARGE, pricedAt, UNKNOWN_CHARGE } from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import type { Ending } from "./event.ts";
import { towardsClient } from "./headers.ts";
import { ownHeaders, rateLimitHeaders } from "./own-headers.ts";
import type { RelayEnd } from "./relay.ts";
import { errorResponse } from "./respond.ts";
import { savedBy } from "./savings.ts";
import { leadUploadsBack } from "./unified/upload-address.ts";

export interface Answered {
  of: Delivery;
  response: Response;
  /** Cancels the upstream. */
  upstream: AbortController;
  /** The stream carries a usage chunk that the client did not ask for. */
  removesUsage: boolean;
}

/** A stream of which something was read already. */
export interface Begun {
  first: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
}

/** Answers up to this size are read whole, so that their cost stands in a header. */
const MAX_WHOLE_BYTES = 1_048_576;
/** One that is to be translated has to be whole, however long: vectors of a batch, pictures. */
const MAX_TRANSLATED_BYTES = 33_554_432;

/** How much of an unstreamed answer is read before any of it goes out. */
export const mostWhole = ({ unified }: Call): number => (unified?.translation ? MAX_TRANSLATED_BYTES : MAX_WHOLE_BYTES);

/** Whether the meter has anything to read in it: a success of an endpoint whose format is known. */
export const readsAnswer = ({ of, response }: Answered): boolean =>
  response.ok && response.body !== null && of.call.place.endpoint.dialect !== null;

/** An error, a redirect, or an answer that tells no usage: its bytes go on without a look. */
export async function passThrough(answered: Answered): Promise<Ending> {
  const { of, response } = answered;
  const headers = headersOf(answered, false);
  const init = { status: response.status, headers, webSocket: response.webSocket };
  const failed = response.status >= 400;
  const answer = new Response(response.webSocket ? null : response.body, init);
  const translation = of.call.unified?.translation;
  of.respond(translation && failed ? await translation.failure(answer) : answer);
  const unknown = !failed && of.call.place.endpoint.billing !== "free";
  return {
    status: failed ? "error" : "ok",
    httpStatus: response.status,
    charge: unknown ? UNKNOWN_CHARGE : NO_CHARGE,
    firstByteAt: Date.now(),
  };
}

/** Whether it came to its end, and that was no error. */
export const isWhole = (reading: Reading): boolean => reading.finished && reading.error === null;

/** Nobody can be billed for what is no answer. */
export function garbage(of: Delivery, what: string): Ending {
  const error = gatewayError("upstream_unreachable", `${of.call.scope.provider} ${what}. Nothing was charged.`);
  of.respond(errorResponse(error, of.call.id, of.shape));
  return { status: "error", httpStatus: error.status, errorCode: error.code };
}

export function endingOf(
  { of, response }: Answered,
  reading: Reading,
  end: RelayEnd,
  charge: Charge,
  firstByteAt: number | null,
): Ending {
  const status: Status =
    end === "left"
      ? "aborted"
      : end === "cut"
        ? "cut"
        : reading.error !== null
          ? "error"
          : end === "broken" || !reading.finished
            ? "truncated"
            : "ok";
  const isComplete = isWhole(reading) && (end === "complete" || end === "left");
  const { call, admission, earlier } = of;
  return {
    ...(isComplete && savedBy(call, pricedAt(call, admission), { reading, charge, earlier })),
    status,
    httpStatus: response.status,
    charge,
    modelServed: reading.modelServed,
    firstByteAt,
    errorCode: status === "error" ? "upstream_error" : null,
    background: reading.backgroundId === undefined ? null : { id: reading.backgroundId, used: null },
  };
}

export function headersOf(answered: Answered, decoded: boolean, charge?: Charge): Record<string, string> {
  const { of, response } = answered;
  const { hold } = of.admission;
  const headers = towardsClient(response.headers, decoded);
  // What a GET would have: there is no body for the runtime to measure.
  const length = of.request.method === "HEAD" ? response.headers.get("content-length") : null;
  if (length !== null) headers.set("content-length", length);
  if (of.call.unified) leadUploadsBack(headers, of.request.url);
  const before = of.earlier.reduce((sum, one) => sum + (one.charge.costNanos ?? 0), 0);
  const spent = charge?.costNanos == null ? null : charge.costNanos + before;
  const left = hold?.remainingNanos ?? null;
  ownHeaders(headers, of.call, {
    cache: of.cache.outcome,
    attempts: of.earlier.length + 1,
    // Of a hold, what was not spent is back.
    remainingNanos: hold && left !== null && spent !== null ? left + hold.nanos - spent : left,
  });
  if (charge && spent !== null) headers.set("x-meterr-cost-usd", usdFromNanos(spent));
  if (hold && hold.rates.length > 0) rateLimitHeaders(headers, hold.rates, of.shape);
  return headers.toInit();
}

export function dialectOf(of: Delivery): Dialect {
  const name = of.call.place.endpoint.dialect;
  if (name === null) throw new Error("an answer without a dialect is not read");
  return DIALECTS[name];
}
