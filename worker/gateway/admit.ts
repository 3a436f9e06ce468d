/** The money's side of admitting a request: its price, its bound, and what the budgets say of either. Nothing is sent before this says so. */
import { type ErrorCode, gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Limit } from "../core/policy.ts";
import { type Bound, type BoundRequest, boundOf, dearestKnown, type ModelPrice } from "../pricing/index.ts";
import { refusalOfAlternatives } from "./alternatives.ts";
import { boundRequestOf, priceFor } from "./bound-request.ts";
import type { Admission, Call } from "./call.ts";
import { type Bounded, type Holder, holdFor, holdOnce } from "./hold.ts";
import { ledgerUnavailable } from "./identify.ts";

/** A call, and what was decided about its money. */
export interface Admitted {
  call: Call;
  admission: Admission;
}

/**
 * Holds what the request can cost at most, or says why it may not go. A price, or a budget's word on what has none, may be
 * newer than what this isolate knows: before they refuse it the ledger is asked, and the call is one by the newer policy.
 */
export async function admit(call: Call, wallet: Holder): Promise<Outcome<Admitted>> {
  const first = await admitByKnown(call, wallet);
  if (first.ok) return ok({ call, admission: first.value });
  const grant = BY_POLICY.has(first.error.code) ? await wallet.renew() : null;
  if (!grant) return first;
  const newer = { ...call, grant };
  const admission = await admitByKnown(newer, wallet);
  return admission.ok ? ok({ call: newer, admission: admission.value }) : admission;
}

const BY_POLICY: ReadonlySet<ErrorCode> = new Set(["unpriced_model", "unbounded_cost"]);

async function admitByKnown(call: Call, wallet: Holder): Promise<Outcome<Admission>> {
  const free: Admission = { hold: null, price: null, boundNanos: null, body: call.body, slices: null };
  const limits = wallet.limitsOn(call.scope) ?? (await wallet.askLimits(call.scope));
  if (!limits) return fail(ledgerUnavailable());
  if (call.place.endpoint.billing === "free") {
    // It costs nothing, and is a request all the same.
    if (!limits.some(({ unit }) => unit === "requests" || unit === "concurrent")) return ok(free);
    const held = await holdOnce(call, wallet, NOTHING);
    return held.ok ? ok({ ...free, hold: held.hold }) : fail(held.error);
  }

  const evading = await refusalOfAlternatives(call, wallet, limits);
  if (evading) return fail(evading);
  const hard = limits.filter(({ enforcement }) => enforcement === "hard");
  const price = priceUnder(call, hard);
  if (!price.ok) return price;
  const bounded = boundUnder(call, price.value, hard);
  if (!bounded.ok) return bounded;
  if (bounded.value === null) {
    // Nothing to hold, but the spend has to find the budgets that it belongs to.
    const held = await holdOnce(call, wallet, NOTHING);
    return held.ok ? ok({ ...free, price: price.value, hold: held.hold }) : fail(held.error);
  }

  const { request, bound } = bounded.value;
  return holdFor({ call, wallet, price: price.value, request, bound });
}

const NOTHING = { nanos: 0, tokens: 0 };

/** The model's price, or what the hard budgets say of a model without one. */
function priceUnder(call: Call, hard: readonly Limit[]): Outcome<ModelPrice | null> {
  const price = priceFor(call, call.grant.prices);
  if (price || call.place.endpoint.billing === "unmetered") return ok(price);
  const blocking = hard.find((limit) => limit.unit === "nanos" && limit.onUnpriced === "block");
  if (blocking) {
    return fail(
      gatewayError(
        "unpriced_model",
        `The price of ${call.scope.provider}/${call.scope.model || "this request"} is not known, and the hard budget "${blocking.name}" blocks what it cannot price.`,
        { details: { budget: blocking.id, provider: call.scope.provider, model: call.scope.model } },
      ),
    );
  }
  return ok(
    hard.some((limit) => limit.unit === "nanos" && limit.onUnpriced === "dearest")
      ? dearestKnown(call.arrivedAt)
      : null,
  );
}

/** The bound; null where there is none and no hard budget minds. */
function boundUnder(
  call: Call,
  price: ModelPrice | null,
  hard: readonly Limit[],
): Outcome<{ request: BoundRequest; bound: Bounded } | null> {
  const request = price && call.place.endpoint.billing === "metered" ? boundRequestOf(call, price) : null;
  const bound: Bound = request
    ? boundOf(request)
    : { outcome: "unbounded", reason: "nothing in it tells what it costs" };
  if (request && bound.outcome === "bounded") return ok({ request, bound });
  // A model whose price is not known, and that the budgets let pass, has no bound of its cost either.
  const isPassed = price === null && call.place.endpoint.billing === "metered";
  const blocking = hard.find(
    ({ unit, onUnbounded }) => onUnbounded === "block" && (unit === "tokens" || (unit === "nanos" && !isPassed)),
  );
  if (!blocking) return ok(null);
  const reason = bound.outcome === "unbounded" ? bound.reason : "unknown";
  return fail(
    gatewayError(
      "unbounded_cost",
      `The cost of this request cannot be bounded (${reason}), and the hard budget "${blocking.name}" blocks what it cannot bound.`,
      { details: { budget: blocking.id, reason } },
    ),
  );
}
