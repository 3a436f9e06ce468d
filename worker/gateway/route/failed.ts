/** Attempts that failed: what they were, what they cost, and how the client hears of them where nothing better came. */
import { type GatewayError, gatewayError } from "../../core/errors.ts";
import type { Sign } from "../../core/health.ts";
import type { Verdict } from "../../routing/classify.ts";
import type { Call } from "../call.ts";
import { type Charge, NO_CHARGE } from "../charge.ts";
import { conclude, type Sent } from "../deliver.ts";
import type { Delivery, Tried } from "../delivery.ts";
import { errorResponse } from "../respond.ts";
import type { Patience } from "./patience.ts";
import type { Failed } from "./types.ts";

/** An attempt that no answer came of. */
export function failedWithout(
  delivery: Delivery,
  { error, sentAt, charge = NO_CHARGE }: { error: GatewayError; sentAt: number; charge?: Charge },
): Failed {
  return {
    verdict: { kind: "retry", waitMs: null },
    tried: triedOf(delivery.call, { httpStatus: null, sentAt, charge, error: error.code }),
    isAnswer: false,
    tell: async (earlier) => {
      const response = errorResponse(error, delivery.call.id, delivery.shape);
      response.headers.set("x-meterr-attempts", String(earlier.length + 1));
      delivery.respond(response);
      return { status: "error", httpStatus: error.status, errorCode: error.code };
    },
  };
}

/** An attempt that was answered by an error. */
export function failedWith(
  delivery: Delivery,
  of: { sent: Sent; response: Response; verdict: Verdict; sentAt: number; charge?: Charge },
): Failed {
  const { response, sent, verdict, sentAt, charge = NO_CHARGE } = of;
  const { status: httpStatus } = response;
  const error = response.ok ? "upstream_error" : undefined;
  return {
    verdict,
    tried: triedOf(delivery.call, { httpStatus, sentAt, charge, ...(error && { error }) }),
    isAnswer: true,
    tell: (earlier) => conclude({ ...delivery, earlier }, { ...sent, answer: { outcome: "answered", response } }),
  };
}

function triedOf(call: Call, of: { httpStatus: number | null; sentAt: number; charge: Charge; error?: string }): Tried {
  const { httpStatus, sentAt, charge, error } = of;
  const { provider, model } = call.scope;
  const ms = Date.now() - sentAt;
  return {
    attempt: { provider, model, httpStatus, ms, costNanos: charge.costNanos, ...(error !== undefined && { error }) },
    charge,
  };
}

/** What the error of an answer says of its target's health. */
export function signOf(verdict: Verdict): Sign {
  switch (verdict.kind) {
    case "retry":
      return { kind: "failure", waitMs: verdict.waitMs };
    case "credential":
      return { kind: verdict.refused ? "refused" : "failure", waitMs: verdict.waitMs };
    case "next":
      return { kind: "failure", waitMs: null };
    case "standard":
    case "larger":
    case "tell":
      return { kind: "success" };
  }
}

/** An answer that did not come to its end, or not in time. */
export function cutShort({ scope }: Call, { overdue }: Patience): GatewayError {
  if (overdue === null) {
    return gatewayError("upstream_unreachable", `${scope.provider} broke its answer off, or sent what is no answer.`);
  }
  const what = overdue === "first_token" ? "did not begin its answer" : "did not finish its answer";
  return gatewayError("upstream_timeout", `${scope.provider} ${what} in time.`);
}
