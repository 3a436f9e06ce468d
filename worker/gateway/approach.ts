/**
 * From an arrival to its call: where it wants to go, what it says, who asks, and whose credential it takes. What this
 * isolate knows of the tenant may be some seconds old: before that refuses what a newer policy could allow, the ledger is asked.
 */
import type { ReadKey } from "../auth/secrets.ts";
import type { GatewayError } from "../core/errors.ts";
import type { HeaderMap } from "../core/header-map.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { anthropicError, openAiError } from "../dialects/errors.ts";
import type { ErrorShape } from "../dialects/types.ts";
import type { Env } from "../env.ts";
import type { Wallet } from "../wallet/types.ts";
import { type BodyReader, bodyReaderOf } from "./body.ts";
import type { Call } from "./call.ts";
import { accessesFor, type ProviderAccess } from "./credential.ts";
import { ledgerUnavailable } from "./identify.ts";
import { asSocket, locateCustom, type Place } from "./locate.ts";
import type { PresentedKey } from "./present-key.ts";
import { readCall } from "./read-call.ts";
import { type Entry, entryAt } from "./unified/entry.ts";
import { enter } from "./unified/index.ts";
import type { Opened, OpenedRoute } from "./unified/leg.ts";

/** An arrival with a genuine key. */
export interface Arrival {
  request: Request;
  url: URL;
  headers: HeaderMap;
  env: Env;
  /** `req_…` */
  id: string;
  arrivedAt: number;
  presented: PresentedKey;
  key: ReadKey;
  unified: Entry | null;
  /** The place at a provider that all tenants have; not ok where it may be one that the tenant added itself. */
  known: Outcome<Place>;
  wallet: Wallet;
}

export type Approach =
  /** No provider is needed. */
  | { outcome: "answered"; response: Response }
  /** It is no call yet. Without a shape: there is no such place. */
  | { outcome: "refused"; error: GatewayError; shape?: ErrorShape }
  /** Its key may not make this call, which is recorded as denied. */
  | { outcome: "denied"; error: GatewayError; shape: ErrorShape; call: Call }
  | {
      outcome: "ready";
      call: Call;
      shape: ErrorShape;
      routed: OpenedRoute | null;
      /** An error is one only where no later target of a route has a credential. */
      accesses: Outcome<readonly [ProviderAccess, ...ProviderAccess[]]>;
    };

/** The call, or why there is none. */
export async function approach(of: Arrival): Promise<Approach> {
  const read = bodyReaderOf(of.request, of.headers);
  const first = await come(of, read);
  return isByPolicy(first) && (await of.wallet.renew()) ? come(of, read) : first;
}

/** Whether a newer policy may say otherwise. What it says of a route's targets and their names is asked where it is read. */
function isByPolicy(found: Approach): boolean {
  if (found.outcome === "ready") return !found.accesses.ok;
  return found.outcome === "denied" || (found.outcome === "refused" && found.error.code === "not_found");
}

async function come(of: Arrival, read: BodyReader): Promise<Approach> {
  const { request, headers, env, key, presented, wallet, id, arrivedAt } = of;
  const { hash, mode } = key;
  const named = of.known.ok ? of.known : await placeOfTenant(of);
  if (!named.ok) return { outcome: "refused", error: named.error };
  const isSocket = headers.get("upgrade")?.toLowerCase() === "websocket";
  const place = isSocket ? asSocket(named.value) : named.value;
  const shape = shapeOf(place);
  const entry = isSocket ? null : entryFor(of, place);
  const { search } = presented;
  const entered = entry
    ? await enter({ entry, read, request, headers, search, env, wallet, hash, mode, arrivedAt })
    : ok<Opened | Response | null>(null);
  if (!entered.ok) return { outcome: "refused", error: entered.error, shape };
  if (entered.value instanceof Response) return { outcome: "answered", response: entered.value };
  const opened = entered.value;
  const at = opened?.leg.place ?? place;
  const found = await readCall({ read, headers, id, arrivedAt, mode, hash, place: at, opened, presented, wallet });
  if (!found.ok) return { outcome: "refused", error: found.error, shape };
  const { call, refusal } = found.value;
  if (refusal) return { outcome: "denied", error: refusal, shape, call };
  return { outcome: "ready", call, shape, routed: opened?.routed ?? null, accesses: await accessesFor(env, call) };
}

const entryFor = ({ unified, headers }: Arrival, place: Place): Entry | null =>
  unified ?? (headers.get("x-meterr-route") === null ? null : entryAt(place));

/** The place at a provider that the tenant added itself; not found where the key is not known. */
async function placeOfTenant({ wallet, key, request, url }: Arrival): Promise<Outcome<Place>> {
  const identified = await wallet.identify(key.hash);
  if (identified.outcome === "unavailable") return fail(ledgerUnavailable());
  return locateCustom(request.method, url, identified.outcome === "known" ? identified.grant.credentials : []);
}

/** Errors come in the shape of the dialect, which at an endpoint that copies another's API is not its provider's. */
export const shapeOf = ({ endpoint: { dialect }, provider }: Place): ErrorShape => {
  if (dialect === "chat" || dialect === "embeddings") return openAiError;
  return dialect === "messages" ? anthropicError : provider.error;
};
