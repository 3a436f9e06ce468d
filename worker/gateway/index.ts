/** The story of one request, a step a line. Each step is a file of this room. */

import { Flights } from "../cache/flights.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { HeaderMap } from "../core/header-map.ts";
import { newId, timeOfId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import { openAiError } from "../dialects/errors.ts";
import type { Env } from "../env.ts";
import { followPrices } from "../pricing/index.ts";
import { openWallet } from "../wallet/index.ts";
import { admit } from "./admit.ts";
import { approach, shapeOf } from "./approach.ts";
import { deliver } from "./deliver.ts";
import { eventOf } from "./event.ts";
import { REQUEST_ID_HEADER } from "./hand-over.ts";
import { checkKey } from "./identify.ts";
import { keepBodies } from "./keep-bodies.ts";
import { locate } from "./locate.ts";
import { lookUp } from "./look-up.ts";
import { checkLoop } from "./loops.ts";
import { presentedKey } from "./present-key.ts";
import { errorResponse } from "./respond.ts";
import { legsOf } from "./route/legs.ts";
import { deliverRouted } from "./route/run.ts";
import { entryOf, placeOf } from "./unified/entry.ts";

/** What a story begins with. */
interface Beginning {
  request: Request;
  env: Env;
  ctx: Pick<ExecutionContext, "waitUntil">;
  /** `req_…` */
  id: string;
  /** Milliseconds since the epoch. */
  arrivedAt: number;
  /** Who owns the upstream: the request of a client, or an object that outlives it. */
  owner: "request" | "object";
  /** Identical requests that are under way where this story is told. */
  flights: Flights;
}

/** For a Durable Object: its requests follow streams as they come. */
export const liveFlights = (): Flights => new Flights("live");

/** Of this isolate. Its requests may share what is plain data: whole answers. */
const isolateFlights = new Flights("whole");

/** Answers a request to a provider. */
export function gateway(request: Request, env: Env, ctx: Pick<ExecutionContext, "waitUntil">): Promise<Response> {
  const arrivedAt = Date.now();
  return begin({
    request,
    env,
    ctx,
    id: newId("req", arrivedAt),
    arrivedAt,
    owner: "request",
    flights: isolateFlights,
  });
}

/** Answers a request that `handOver` sent to an object, whose own `flights` are those of "live" streams. */
export function gatewayOfObject(
  request: Request,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil"> & { flights: Flights },
): Promise<Response> {
  const id = request.headers.get(REQUEST_ID_HEADER) ?? "";
  return begin({ request, env, ctx, id, arrivedAt: timeOfId(id), owner: "object", flights: ctx.flights });
}

/** The whole story runs inside `waitUntil`, so that it reaches the settlement though the client may leave at any point. */
function begin(beginning: Beginning): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { id, env, ctx } = beginning;
  const told = tell(beginning, resolve).catch((cause: unknown) => {
    console.error(JSON.stringify({ level: "error", request: id, message: String(cause) }));
    resolve(
      errorResponse(gatewayError("internal", "An unexpected error; nothing was charged for what did not happen."), id),
    );
  });
  ctx.waitUntil(told);
  const fresher = followPrices(env.CACHE, Date.now());
  if (fresher) ctx.waitUntil(fresher);
  return promise;
}

async function tell(beginning: Beginning, answer: (response: Response) => void): Promise<void> {
  const { request, env, ctx, id, arrivedAt, owner, flights } = beginning;
  const url = new URL(request.url);
  const headers = new HeaderMap(request.headers);
  const unified = entryOf(request.method, url.pathname, headers);
  const known = unified ? ok(placeOf(unified)) : locate(request.method, url);
  const presented = presentedKey(headers, url.search);
  const checked = await checkKey(env.METERR_MASTER_KEY, presented.text);
  if (!checked.ok) {
    // Whoever has no key learns that there is no such provider, and nothing of tenants' own ones.
    const error = known.ok ? checked.error : known.error;
    return answer(errorResponse(error, id, known.ok ? shapeOf(known.value) : openAiError));
  }
  const key = checked.value;
  const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work);
  const wallet = openWallet({ namespace: env.LEDGER, tenant: key.tenant, waitUntil });
  const arrival = { request, url, headers, env, id, arrivedAt, presented, key, unified, known, wallet };
  const approached = await approach(arrival);
  if (approached.outcome === "answered") {
    wallet.forgo();
    return answer(approached.response);
  }
  const { shape } = approached;
  const refuse = (error: GatewayError) => answer(errorResponse(error, id, shape));
  if (approached.outcome === "refused") {
    wallet.forgo();
    return refuse(approached.error);
  }
  const { call } = approached;
  const settleDenied = (error: GatewayError) => {
    refuse(error);
    return wallet.settle(
      null,
      eventOf(
        call,
        { status: "denied", httpStatus: error.status, errorCode: error.code, refusedBy: refuserOf(error) },
        Date.now(),
      ),
    );
  };
  if (approached.outcome === "denied") return settleDenied(approached.error);
  const loop = owner === "request" ? await checkLoop(call) : null;
  if (loop) return settleDenied(loop);
  const { accesses, routed } = approached;
  if (!accesses.ok && !routed) return settleDenied(accesses.error);

  const keeping = call.bodiesUntil === null ? null : keepBodies(env, call, answer);
  const respond = keeping?.respond ?? answer;
  const [access, ...others] = accesses.ok ? accesses.value : [null];
  const found = await lookUp({ request, env, headers, call, wallet, access, flights, owner, waitUntil, respond });
  if (found.outcome === "answered") {
    await wallet.settle(null, found.event);
    return keeping?.write();
  }
  if (found.outcome === "handed_over") return;
  if (found.outcome === "too_busy") return refuse(tooBusy());
  const { outcome: _, ...how } = found;
  const base = { request, headers, shape: approached.shape, respond, call, wallet, ...how };
  try {
    if (routed || !access || others.length > 0) {
      return await deliverRouted({
        ...base,
        env,
        legs: legsOf(call, routed, accesses.ok ? accesses.value : null),
        policy: routed?.policy ?? null,
      });
    }
    const admitted = await admit(call, wallet);
    if (admitted.ok) return await deliver({ ...base, ...admitted.value, access, earlier: [], watch: null });
    found.lead?.end();
    return await settleDenied(admitted.error);
  } finally {
    found.lead?.end();
    await keeping?.write();
  }
}

/** The budget that could not pay, where that is why. */
function refuserOf({ code, details }: GatewayError): string | undefined {
  return code === "budget_exceeded" && typeof details?.budget === "string" ? details.budget : undefined;
}

const tooBusy = () =>
  gatewayError("internal", "Too many requests are under way at once; this one was not sent to the provider.");
