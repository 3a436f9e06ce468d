/** Holding what a request can cost at most: the offers, from the dearest and cheapest to make, to the last that may fit. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { setField } from "../core/json-edit.ts";
import { type Nanos, usdFromNanos } from "../core/money.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Budget } from "../core/policy.ts";
import { DIALECTS } from "../dialects/index.ts";
import {
  affordableOutputTokens,
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
import { FIRST_SLICE_TOKENS, type SlicePlan, sliceNanos } from "./slices.ts";
import { isVisibleStream } from "./visible.ts";

/** Fewer tokens than this are no answer: then the refusal is clearer than a cap. */
const MIN_USEFUL_TOKENS = 16;

export type Bounded = Bound & { outcome: "bounded" };

/** What is to be held, and for whom. */
export interface Need {
  call: Call;
  wallet: Wallet;
  price: ModelPrice | null;
  request: BoundRequest;
  bound: Bounded;
}

/** What a hold can be tried for, the dearest first. */
interface Offer {
  nanos: Nanos;
  boundNanos: Nanos;
  body: RequestBody;
  slices: SlicePlan | null;
}

/**
 * Tries the cheap bound, then the exact count; then, where the stream is visible, its first slice, or else a lower cap
 * where the client set none. Only the cheap one is on the path of a request that fits.
 */
export async function holdFor(need: Need): Promise<Outcome<Admission>> {
  const { call, wallet, price } = need;
  const plain = (bound: Bounded): Offer => ({
    nanos: bound.nanos,
    boundNanos: bound.nanos,
    body: call.body,
    slices: null,
  });
  let { request, bound } = need;
  let offer = isScarce(call, bound) ? (firstSlice(need) ?? plain(bound)) : plain(bound);
  let held = await holdOnce(call, wallet, offer.nanos);
  if (isTooDear(held)) {
    const exact = await exactBound(need);
    if (exact && exact.bound.nanos < bound.nanos) {
      ({ request, bound } = exact);
      offer = plain(bound);
      held = await holdOnce(call, wallet, offer.nanos);
    }
  }
  if (isTooDear(held)) {
    const smaller = firstSlice({ ...need, request, bound }) ?? lowerCap(call, request, held.remainingNanos);
    if (smaller && smaller.nanos < offer.nanos) {
      offer = smaller;
      held = await holdOnce(call, wallet, offer.nanos);
    }
  }
  if (!held.ok) return fail(held.error);
  noteRemaining(call, held.hold.remainingNanos);
  const { boundNanos, body, slices } = offer;
  return ok({ hold: held.hold, price, boundNanos, body, slices });
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

/** The first slice of a visible stream; null where the whole is hardly more, or not all of it can be seen: turns with tools. */
function firstSlice({ call, request, bound }: Need): Offer | null {
  if (!isVisibleStream(call) || (request.turns ?? 1) > 1) return null;
  const output = bound.parts.find((part) => part.kind === "output");
  const silent = boundOf({ ...request, maxOutputTokens: 0 });
  if (!output || silent.outcome === "unbounded") return null;
  const slices = { inputNanos: silent.nanos, tokenPicos: output.pricePicos, wholeNanos: bound.nanos };
  const nanos = sliceNanos(slices, FIRST_SLICE_TOKENS * Math.max(1, call.facts.choices));
  return nanos < bound.nanos ? { nanos, boundNanos: bound.nanos, body: call.body, slices } : null;
}

type Held =
  | { ok: true; hold: NonNullable<Admission["hold"]> }
  /** A smaller need may fit what is left of the budget that refused. */
  | { ok: false; error: GatewayError; remainingNanos: Nanos }
  | { ok: false; error: GatewayError; remainingNanos: null };

const isTooDear = (held: Held): held is Held & { ok: false; remainingNanos: Nanos } =>
  !held.ok && held.remainingNanos !== null;

/** One try. */
export async function holdOnce(call: Call, wallet: Wallet, needNanos: Nanos): Promise<Held> {
  const outcome = await wallet.hold({ id: call.id, facts: call.scope, needNanos });
  switch (outcome.outcome) {
    case "held":
      return { ok: true, hold: outcome.hold };
    case "refused":
      return { ok: false, error: budgetExceeded(outcome, needNanos), remainingNanos: outcome.remainingNanos };
    case "revoked":
      return { ok: false, error: gatewayError("invalid_api_key", "This key was revoked."), remainingNanos: null };
    case "unavailable":
      return { ok: false, error: ledgerUnavailable(), remainingNanos: null };
  }
}

function budgetExceeded(
  refused: { budget: Budget; remainingNanos: Nanos; resetsAt: number | null },
  needNanos: Nanos,
): GatewayError {
  const { budget, resetsAt } = refused;
  const left = usdFromNanos(Math.max(0, refused.remainingNanos));
  const resets = resetsAt === null ? "It does not reset." : `It resets at ${new Date(resetsAt).toISOString()}.`;
  return gatewayError(
    "budget_exceeded",
    `The budget "${budget.name}" has $${left} left of $${usdFromNanos(budget.limitNanos)}; this request can cost up to $${usdFromNanos(needNanos)}. ${resets} Nothing was sent to the provider.`,
    {
      details: {
        budget: budget.id,
        budget_name: budget.name,
        limit_usd: usdFromNanos(budget.limitNanos),
        remaining_usd: left,
        needed_usd: usdFromNanos(needNanos),
        resets_at: resetsAt === null ? null : new Date(resetsAt).toISOString(),
      },
    },
  );
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

/** Where the client set no cap: the largest that the budget affords, if that is worth anything. */
function lowerCap(call: Call, request: BoundRequest, remainingNanos: Nanos): Offer | null {
  const { dialect } = call.place.endpoint;
  if (call.body.kind !== "json" || dialect === null || call.facts.maxOutputTokens !== null) return null;
  const path = DIALECTS[dialect].capPath(call.body.json);
  const cap = affordableOutputTokens(request, remainingNanos);
  if (!path || cap === null || cap < MIN_USEFUL_TOKENS) return null;
  const bound = boundOf({ ...request, maxOutputTokens: cap });
  if (bound.outcome === "unbounded") return null;
  const text = setField(call.body.text, path, String(cap));
  const body = { ...call.body, bytes: new TextEncoder().encode(text), text };
  return { nanos: bound.nanos, boundNanos: bound.nanos, body, slices: null };
}
