/** The money's side of admitting a request: price, bound, hold. Nothing is sent before this says so. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { setField } from "../core/json-edit.ts";
import { type Nanos, usdFromNanos } from "../core/money.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Budget } from "../core/policy.ts";
import { budgetsOf } from "../core/scope.ts";
import { DIALECTS } from "../dialects/index.ts";
import {
  affordableOutputTokens,
  type Bound,
  type BoundRequest,
  boundOf,
  countIsExactFor,
  dearestKnown,
  encodingFor,
  exactInputTokens,
  type ModelPrice,
} from "../pricing/index.ts";
import type { Wallet } from "../wallet/types.ts";
import type { RequestBody } from "./body.ts";
import { boundRequestOf, priceFor } from "./bound-request.ts";
import type { Admission, Call } from "./call.ts";
import { ledgerUnavailable } from "./identify.ts";

/** Fewer tokens than this are no answer: then the refusal is clearer than a cap. */
const MIN_USEFUL_TOKENS = 16;

/** Holds what the request can cost at most, or says why it may not go. */
export async function admit(call: Call, wallet: Wallet): Promise<Outcome<Admission>> {
  const free: Admission = { hold: null, price: null, boundNanos: null, body: call.body };
  if (call.place.endpoint.billing === "free") return ok(free);

  const hard = budgetsOf(call.grant.budgets, call.scope).filter((budget) => budget.enforcement === "hard");
  const price = priceUnder(call, hard);
  if (!price.ok) return price;
  const bounded = boundUnder(call, price.value, hard);
  if (!bounded.ok) return bounded;
  if (bounded.value === null) {
    // Nothing to hold, but the spend has to find the budgets that it belongs to.
    const held = await holdOnce(call, wallet, 0);
    return held.ok ? ok({ ...free, price: price.value, hold: held.hold }) : fail(held.error);
  }

  const { request, bound } = bounded.value;
  return holdFor({ call, wallet, price: price.value, request, bound });
}

/** The model's price, or what the hard budgets say of a model without one. */
function priceUnder(call: Call, hard: readonly Budget[]): Outcome<ModelPrice | null> {
  const price = priceFor(call);
  if (price || call.place.endpoint.billing === "unmetered") return ok(price);
  const blocking = hard.find((budget) => budget.onUnpriced === "block");
  if (blocking) {
    return fail(
      gatewayError(
        "unpriced_model",
        `The price of ${call.scope.provider}/${call.scope.model || "this request"} is not known, and the hard budget "${blocking.name}" blocks what it cannot price.`,
        { details: { budget: blocking.id, provider: call.scope.provider, model: call.scope.model } },
      ),
    );
  }
  return ok(hard.some((budget) => budget.onUnpriced === "dearest") ? dearestKnown(call.arrivedAt) : null);
}

/** The bound; null where there is none and no hard budget minds. */
function boundUnder(
  call: Call,
  price: ModelPrice | null,
  hard: readonly Budget[],
): Outcome<{ request: BoundRequest; bound: Bounded } | null> {
  const request = price && call.place.endpoint.billing === "metered" ? boundRequestOf(call, price) : null;
  const bound: Bound = request
    ? boundOf(request)
    : { outcome: "unbounded", reason: "nothing in it tells what it costs" };
  if (request && bound.outcome === "bounded") return ok({ request, bound });
  const blocking = hard.find((budget) => budget.onUnbounded === "block");
  // A model whose price is not known, and that the budgets let pass, has no bound either.
  if (!blocking || (price === null && call.place.endpoint.billing === "metered")) return ok(null);
  const reason = bound.outcome === "unbounded" ? bound.reason : "unknown";
  return fail(
    gatewayError(
      "unbounded_cost",
      `The cost of this request cannot be bounded (${reason}), and the hard budget "${blocking.name}" blocks what it cannot bound.`,
      { details: { budget: blocking.id, reason } },
    ),
  );
}

type Bounded = Bound & { outcome: "bounded" };

interface Need {
  call: Call;
  wallet: Wallet;
  price: ModelPrice | null;
  request: BoundRequest;
  bound: Bounded;
}

/**
 * Tries the cheap bound, then the exact count, then a lower cap where the client set none. Only the cheap one is
 * on the path of a request that fits.
 */
async function holdFor(need: Need): Promise<Outcome<Admission>> {
  const { call, wallet, price } = need;
  let { request, bound } = need;
  let body = call.body;
  let held = await holdOnce(call, wallet, bound.nanos);
  if (isTooDear(held)) {
    const exact = await exactBound(need);
    if (exact && exact.bound.nanos < bound.nanos) {
      ({ request, bound } = exact);
      held = await holdOnce(call, wallet, bound.nanos);
    }
  }
  if (isTooDear(held)) {
    const lowered = lowerCap(call, request, held.remainingNanos);
    if (lowered) {
      ({ bound, body } = lowered);
      held = await holdOnce(call, wallet, bound.nanos);
    }
  }
  return held.ok ? ok({ hold: held.hold, price, boundNanos: bound.nanos, body }) : fail(held.error);
}

type Held =
  | { ok: true; hold: NonNullable<Admission["hold"]> }
  /** A smaller need may fit what is left of the budget that refused. */
  | { ok: false; error: GatewayError; remainingNanos: Nanos }
  | { ok: false; error: GatewayError; remainingNanos: null };

const isTooDear = (held: Held): held is Held & { ok: false; remainingNanos: Nanos } =>
  !held.ok && held.remainingNanos !== null;

async function holdOnce(call: Call, wallet: Wallet, needNanos: Nanos): Promise<Held> {
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
  const inputTokensExact = await exactInputTokens(call.body.json, dialect, encoding);
  if (inputTokensExact === null) return null;
  const bound = boundOf({ ...request, inputTokensExact });
  return bound.outcome === "bounded" ? { request: { ...request, inputTokensExact }, bound } : null;
}

/** Where the client set no cap: the largest that the budget affords, if that is worth anything. */
function lowerCap(
  call: Call,
  request: BoundRequest,
  remainingNanos: Nanos,
): { body: RequestBody; bound: Bounded } | null {
  const { dialect } = call.place.endpoint;
  if (call.body.kind !== "json" || dialect === null || call.facts.maxOutputTokens !== null) return null;
  const path = DIALECTS[dialect].capPath(call.body.json);
  const cap = affordableOutputTokens(request, remainingNanos);
  if (!path || cap === null || cap < MIN_USEFUL_TOKENS) return null;
  const bound = boundOf({ ...request, maxOutputTokens: cap });
  if (bound.outcome === "unbounded") return null;
  const text = setField(call.body.text, path, String(cap));
  return { body: { ...call.body, bytes: new TextEncoder().encode(text), text }, bound };
}
