/** One request on its way, as plain values. */
import type { ScopeFacts } from "../core/scope.ts";
import type { KeyMode } from "../core/usage.ts";
import type { RequestFacts } from "../dialects/types.ts";
import type { ModelPrice } from "../pricing/index.ts";
import type { Translation } from "../translate/types.ts";
import type { Grant, Hold } from "../wallet/types.ts";
import type { RequestBody } from "./body.ts";
import type { Levers } from "./levers.ts";
import type { Place } from "./locate.ts";
import type { SlicePlan } from "./slices.ts";

/** What is known once a request was read and its key identified. */
export interface Call {
  /** `req_…` */
  id: string;
  /** Milliseconds since the epoch. */
  arrivedAt: number;
  mode: KeyMode;
  grant: Grant;
  scope: ScopeFacts;
  place: Place;
  facts: RequestFacts;
  body: RequestBody;
  /** The query without our key. */
  search: string;
  bringsCredential: boolean;
  /** Null for a request to a provider's own path. */
  unified: Unified | null;
  levers: Levers;
  /** Until when what is asked and answered is kept, in milliseconds since the epoch; null where it is not. */
  bodiesUntil: number | null;
}

/** What a unified entry adds: the provider's side stands in the call itself. */
export interface Unified {
  /** The client's name for what it asked, which its key has to allow. */
  endpoint: string;
  /** The body as the client wrote it. */
  asked: RequestBody;
  translation: Translation | null;
  /** Fields of the client's that the provider did not get. */
  dropped: readonly string[];
}

/** The body as the client wrote it: without what a translation or a lever made of it. */
export const askedOf = ({ unified, levers, body }: Call): RequestBody => unified?.asked ?? levers.plain ?? body;

/** What was decided about the money of a call. */
export interface Admission {
  /** Null: nothing is held, since the endpoint is free or the policy lets its cost go unknown. */
  hold: Hold | null;
  /** Null where the model's price is not known. */
  price: ModelPrice | null;
  /** An upper bound of the cost in nanodollars, where there is one. */
  boundNanos: number | null;
  /** Where less than the bound is held: how the stream is topped up. */
  slices: SlicePlan | null;
  /** The body to send, where it had to be changed. */
  body: RequestBody;
  /** The output's cap was lowered to what the budget affords: the answer is one to this request alone. */
  isCapped?: true;
}
