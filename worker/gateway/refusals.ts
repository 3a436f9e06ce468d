/** What a client is told where a limit cannot pay for its request. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { Amounts } from "../core/lease.ts";
import { usdFromNanos } from "../core/money.ts";
import type { Limit, Unit } from "../core/policy.ts";

/** A limit that refused, and what is left of it in its unit. */
interface Refused {
  limit: Limit;
  remaining: number;
  /** Milliseconds since the epoch; null for never. */
  resetsAt: number | null;
}

/** Where nothing tells when there is room again. */
const SOON_MS = 1_000;

/** A budget is used up: 402, since SDKs try 429 again. */
export function budgetExceeded({ limit, remaining, resetsAt }: Refused, most: Amounts): GatewayError {
  const { unit } = limit;
  const needed = unit === "nanos" ? most.nanos : unit === "tokens" ? most.tokens : 1;
  const [left, whole, need] = [Math.max(0, remaining), limit.limit, needed].map((amount) => textOf(unit, amount));
  const resets = resetsAt === null ? "It does not reset." : `It resets at ${new Date(resetsAt).toISOString()}.`;
  const suffix = unit === "nanos" ? "usd" : unit;
  const given = (amount: number) => (unit === "nanos" ? usdFromNanos(amount) : amount);
  return gatewayError(
    "budget_exceeded",
    `The budget "${limit.name}" has ${left} left of ${whole}; this request can take up to ${need}. ${resets} Nothing was sent to the provider.`,
    {
      details: {
        budget: limit.id,
        budget_name: limit.name,
        [`limit_${suffix}`]: given(limit.limit),
        [`remaining_${suffix}`]: given(Math.max(0, remaining)),
        [`needed_${suffix}`]: given(needed),
        resets_at: resetsAt === null ? null : new Date(resetsAt).toISOString(),
      },
    },
  );
}

/** A rate limit is used up: 429, and when to come again. */
export function rateLimited({ limit, remaining, resetsAt }: Refused, at: { most: Amounts; now: number }): GatewayError {
  const { scope, unit } = limit;
  const waitMs = Math.max(1, resetsAt === null ? SOON_MS : resetsAt - at.now);
  const name = limit.limit === 1 ? limit.name.replace(/^(\w+)s\b/, "$1") : limit.name;
  const whose = scope.id === null ? scope.type : `${scope.type} ${scope.id}`;
  const needs =
    unit === "tokens" ? ` This request can take up to ${at.most.tokens} tokens; ${remaining} are left.` : "";
  return gatewayError(
    "rate_limit_exceeded",
    `The rate limit of ${limit.limit} ${name} for the ${whose} is reached.${needs} Try again in ${Math.ceil(waitMs / 1000)} s. Nothing was sent to the provider.`,
    {
      details: {
        limit: limit.limit,
        of: limit.name,
        scope: scope.type,
        scope_id: scope.id,
        remaining: Math.max(0, remaining),
        retry_after_ms: waitMs,
      },
      retryAfterSeconds: waitMs / 1000,
      rates:
        unit === "concurrent" || unit === "nanos"
          ? []
          : [{ unit, limit: limit.limit, remaining: Math.max(0, remaining), resetMs: waitMs }],
    },
  );
}

const textOf = (unit: Unit, amount: number): string =>
  unit === "nanos" ? `$${usdFromNanos(amount)}` : `${amount} ${unit}`;
