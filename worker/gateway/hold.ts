/** Holding what a request can cost at most: the offers, from the dearest and cheapest to make, to the last that may fit. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { isObject, parseJson } from "../core/json.ts";
import { setField } from "../core/json-edit.ts";
import type { Amounts } from "../core/lease.ts";
import type { Nanos } from "../core/money.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { DIALECTS } from "../dialects/index.ts";
import {
  affordableOutputTokens,
  aheadTokensOf,
  type Bound,
  type BoundRequest,
  boundOf,
  countIsExactFor,
  encodingFor,
  exactInputTokens,
  type ModelPrice,
} from "../pricing/index.ts";
import type { Wallet } from "../wallet/types.ts";
import type { RequestBody } from "./body.ts";
import type { Admission, Call } from "./call.ts";
import { ledgerUnavailable } from "./identify.ts";
import { contextOf } from "./locate.ts";
import { budgetExceeded, rateLimited } from "./refusals.ts";
import { FIRST_SLICE_TOKENS, type SlicePlan, sliceOf } from "./slices.ts";
import { isVisibleStream } from "./visible.ts";

/** Fewer tokens than this are no answer: then the refusal is clearer than a cap. */
const MIN_USEFUL_TOKENS = 16;

export type Bounded = Bound & { outcome: "bounded" };

/** Where holds come from: the wallet, or what stands for it while a request goes from target to target. */
export type Holder = Pick<Wallet, "limitsOn" | "askLimits" | "hold" | "renew">;

/** What is to be held, and for whom. */
export interface Need {
  call: Call;
  wallet: Holder;
  price: ModelPrice | null;
  request: BoundRequest;
  bound: Bounded;
}

/** What a hold can be tried for, the dearest first. */
interface Offer {
  most: Amounts;
  boundNanos: Nanos;
  body: RequestBody;
  slices: SlicePlan | null;
  isCapped?: true;
}

/**
 * Tries the cheap bound, then the exact count; then, where the stream is visible, its first slice, or else a lower cap
 * where the client set none. Only the cheap one is on the path of a request that fits.
 */
export async function holdFor(need: Need): Promise<Outcome<Admission>> {
  const { call, wallet, price } = need;
  const plain = (bound: Bounded): Offer => ({
    most: amountsOf(bound),
    boundNanos: bound.nanos,
    body: call.body,
    slices: null,
  });
  let { request, bound } = need;
  let offer = isScarce(call, bound) ? (firstSlice(need) ?? plain(bound)) : plain(bound);
  let held = await holdOnce(call, wallet, offer.most);
  if (isTooDear(held)) {
    const exact = await exactBound(need);
    if (exact && exact.bound.nanos < bound.nanos) {
      ({ request, bound } = exact);
      offer = plain(bound);
      held = await holdOnce(call, wallet, offer.most);
    }
  }
  if (isTooDear(held)) {
    const smaller = firstSlice({ ...need, request, bound }) ?? lowerCap(call, request, held.left);
    if (smaller && smaller.most.tokens < offer.most.tokens) {
      offer = smaller;
      held = await holdOnce(call, wallet, offer.most);
    }
  }
  if (!held.ok) return fail(held.error);
  noteRemaining(call, held.hold.remainingNanos);
  const { most: _, ...offered } = offer;
  return ok({ hold: held.hold, price, ...offered });
}

/** What was left of a key's tightest budget when it last held: a hint for how to hold next, never an admission. */
const lastRemaining = new Map<string, Nanos>();
const MAX_REMEMBERED = 10_000;
/** A stream that would take more than this share of what is left is held in slices from the start, so that others fit beside it. */
const PLENTY = 16;

function noteRemaining(call: Call, remainingNanos: Nanos | null): void {
  if (lastRemaining.size >= MAX_REMEMBERED) lastRemaining.clear();
  if (remainingNanos === null) lastRemaining.delete(call.scope.key);
  else lastRemaining.set(call.scope.key, remainingNanos);
}

function isScarce(call: Call, bound: Bounded): boolean {
  const left = lastRemaining.get(call.scope.key);
  return left !== undefined && bound.nanos * PLENTY > left;
}

const amountsOf = ({ nanos, inputTokens, outputTokens }: Bounded): Amounts => ({
  nanos,
  tokens: inputTokens + outputTokens,
});

/** The first slice of a visible stream; null where the whole is hardly more, or not all of it can be seen: turns with tools. */
function firstSlice({ call, request, bound }: Need): Offer | null {
  if (!isVisibleStream(call) || (request.turns ?? 1) > 1) return null;
  const output = bound.parts.find((part) => part.kind === "output");
  const silent = boundOf({ ...request, maxOutputTokens: 0 });
  if (!output || silent.outcome === "unbounded") return null;
  const choices = Math.max(1, call.facts.choices);
  const aheadTokens = aheadTokensOf(request.price) * choices;
  const slices = { input: amountsOf(silent), tokenPicos: output.pricePicos, whole: amountsOf(bound), aheadTokens };
  const most = sliceOf(slices, Math.max(FIRST_SLICE_TOKENS * choices, 2 * aheadTokens));
  return most.nanos < bound.nanos ? { most, boundNanos: bound.nanos, body: call.body, slices } : null;
}

/** What is left of a limit that a smaller need may fit. */
interface Left {
  unit: "nanos" | "tokens";
  amount: number;
}

type Held = { ok: true; hold: NonNullable<Admission["hold"]> } | { ok: false; error: GatewayError; left: Left | null };

const isTooDear = (held: Held): held is Held & { ok: false; left: Left } => !held.ok && held.left !== null;

/** One try. */
export async function holdOnce(call: Call, wallet: Holder, most: Amounts): Promise<Held> {
  const outcome = await wallet.hold({ id: call.id, facts: call.scope, most });
  switch (outcome.outcome) {
    case "held":
      return { ok: true, hold: outcome.hold };
    case "refused": {
      const { limit, remaining: amount } = outcome;
      const { unit } = limit;
      const error = limit.isRate ? rateLimited(outcome, { most, now: Date.now() }) : budgetExceeded(outcome, most);
      return { ok: false, error, left: unit === "nanos" || unit === "tokens" ? { unit, amount } : null };
    }
    case "revoked":
      return { ok: false, error: gatewayError("invalid_api_key", "This key was revoked."), left: null };
    case "unavailable":
      return { ok: false, error: ledgerUnavailable(), left: null };
  }
}

/** The bound with the input counted; null where it cannot be. */
async function exactBound({ call, request }: Need): Promise<{ request: BoundRequest; bound: Bounded } | null> {
  const { dialect } = call.place.endpoint;
  const encoding = encodingFor(call.scope.model);
  if (call.body.kind !== "json" || dialect === null || encoding === null) return null;
  if (!countIsExactFor(call.scope.provider, call.scope.model)) return null;
  // Compaction brings a prompt of the provider's own, which nobody can count.
  if (call.place.endpoint.name === "responses/compact") return null;
  const inputTokensExact = await exactInputTokens(call.body.json, dialect, encoding);
  if (inputTokensExact === null) return null;
  const bound = boundOf({ ...request, inputTokensExact });
  return bound.outcome === "bounded" ? { request: { ...request, inputTokensExact }, bound } : null;
}

/** Where the client set no cap: the largest that the limit affords, if that is worth anything. */
function lowerCap(call: Call, request: BoundRequest, left: Left): Offer | null {
  const { dialect } = call.place.endpoint;
  if (call.body.kind !== "json" || dialect === null || call.facts.maxOutputTokens !== null) return null;
  const context = contextOf(call.place);
  const path = DIALECTS[dialect].capPath(call.body.json, context);
  const cap = left.unit === "nanos" ? affordableOutputTokens(request, left.amount) : cappedTokens(request, left.amount);
  if (!path || cap === null || cap < MIN_USEFUL_TOKENS) return null;
  const bound = boundOf({ ...request, maxOutputTokens: cap });
  if (bound.outcome === "unbounded") return null;
  const text = setField(call.body.text, path, String(cap));
  // A body may set what else it likes beside it: a cap that another one could override is none.
  const json = parseJson(text);
  if (!isObject(json) || DIALECTS[dialect].facts(json, context).maxOutputTokens !== cap) return null;
  const body = { ...call.body, bytes: new TextEncoder().encode(text), text };
  return { most: amountsOf(bound), boundNanos: bound.nanos, body, slices: null, isCapped: true };
}

/** The largest output cap, for each choice, with which `request` takes at most `tokens`. */
function cappedTokens(request: BoundRequest, tokens: number): number | null {
  const silent = boundOf({ ...request, maxOutputTokens: 0 });
  if (silent.outcome === "unbounded") return null;
  const left = tokens - silent.inputTokens - silent.outputTokens;
  const most = request.price.maxOutput ?? request.price.contextWindow ?? Number.MAX_SAFE_INTEGER;
  return Math.min(most, Math.floor(left / Math.max(1, request.choices)));
}
