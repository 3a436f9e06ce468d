/** The usage event of a call. */
import type { Background } from "../core/background.ts";
import type { Attempt, CacheOutcome, Status, UsageEvent } from "../core/usage.ts";
import type { Call } from "./call.ts";
import { type Charge, NO_CHARGE } from "./charge.ts";

export interface Ending {
  status: Status;
  httpStatus: number | null;
  charge?: Charge;
  modelServed?: string | null;
  cache?: CacheOutcome;
  savedNanos?: number;
  boundNanos?: number | null;
  /** Milliseconds since the epoch. */
  dispatchedAt?: number;
  firstByteAt?: number | null;
  errorCode?: string | null;
  /** The id of the budget that did not pay. */
  refusedBy?: string | undefined;
  flags?: string[];
  background?: Background | null;
  /** Whether a provider was called. */
  attempted?: boolean;
}

/** What happened to `call`, as it is settled. `now` in milliseconds since the epoch. */
export function eventOf(call: Call, ending: Ending, now: number): UsageEvent {
  const charge = ending.charge ?? NO_CHARGE;
  const bound = ending.boundNanos ?? null;
  const flags = [...(ending.flags ?? [])];
  if (bound !== null && charge.costNanos !== null && charge.costNanos > bound) flags.push("bound_exceeded");
  if (charge.costNanos === null) flags.push("unpriced");
  for (const unit of charge.unpriced) flags.push(`unpriced:${unit}`);
  return {
    id: call.id,
    time: call.arrivedAt,
    tenant: call.grant.tenant,
    key: call.scope.key,
    team: call.scope.team,
    user: call.scope.user,
    session: call.scope.session,
    tags: { ...call.scope.tags },
    mode: call.mode,
    provider: call.scope.provider,
    model: call.scope.model,
    modelServed: ending.modelServed ?? null,
    endpoint: call.place.endpoint.name,
    dialect: call.place.endpoint.dialect ?? "",
    stream: call.facts.stream,
    status: ending.status,
    httpStatus: ending.httpStatus,
    tokens: charge.tokens,
    units: charge.units,
    costNanos: charge.costNanos,
    savedNanos: ending.savedNanos ?? 0,
    usageSource: charge.usageSource,
    priceSource: charge.priceSource,
    priceVersion: charge.priceVersion,
    ...(charge.shares && { shares: charge.shares }),
    ...(charge.conditions && { conditions: charge.conditions }),
    boundNanos: bound,
    cache: ending.cache ?? "off",
    latencyMs: now - call.arrivedAt,
    ttftMs: ending.firstByteAt == null ? null : ending.firstByteAt - call.arrivedAt,
    overheadMs: ending.dispatchedAt === undefined ? null : ending.dispatchedAt - call.arrivedAt,
    errorCode: ending.errorCode ?? null,
    ...(ending.refusedBy !== undefined && { refusedBy: ending.refusedBy }),
    flags,
    ...(ending.background && { background: ending.background }),
    attempts: ending.attempted ? [attemptOf(call, ending, charge, now)] : [],
  };
}

function attemptOf(call: Call, ending: Ending, charge: Charge, now: number): Attempt {
  const attempt: Attempt = {
    provider: call.scope.provider,
    model: call.scope.model,
    httpStatus: ending.httpStatus,
    ms: now - (ending.dispatchedAt ?? call.arrivedAt),
    costNanos: charge.costNanos,
  };
  return ending.errorCode ? { ...attempt, error: ending.errorCode } : attempt;
}
