/** The usage event of a call. */
import type { Background } from "../core/background.ts";
import { fingerprintOf } from "../core/fingerprint.ts";
import type { Attempt, CacheOutcome, Savings, Shadow, Status, Tokens, UsageEvent } from "../core/usage.ts";
import { askedOf, type Call } from "./call.ts";
import { type Charge, NO_CHARGE } from "./charge.ts";
import type { Tried } from "./delivery.ts";

export interface Ending {
  status: Status;
  httpStatus: number | null;
  charge?: Charge;
  modelServed?: string | null;
  cache?: CacheOutcome;
  savings?: Savings;
  shadow?: Shadow | undefined;
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
  /** When the last attempt was sent, where that is not `dispatchedAt`. */
  attemptedAt?: number;
  /** Attempts before that: the event costs what all of them cost. */
  earlier?: readonly Tried[];
}

/** What happened to `call`, as it is settled. `now` in milliseconds since the epoch. */
export function eventOf(call: Call, ending: Ending, now: number): UsageEvent {
  const last = ending.charge ?? NO_CHARGE;
  const earlier = ending.earlier ?? [];
  const charge = earlier.reduce((sum, one) => withEarlier(sum, one.charge), last);
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
    ...savedBy(ending.savings),
    ...(ending.shadow && { shadow: ending.shadow }),
    ...fingerprintIn(askedOf(call)),
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
    ...(call.bodiesUntil !== null && ending.status !== "denied" && { bodiesUntil: call.bodiesUntil }),
    flags,
    ...(ending.background && { background: ending.background }),
    attempts: [
      ...earlier.map(({ attempt }) => attempt),
      ...(ending.attempted ? [attemptOf(call, ending, last, now)] : []),
    ],
  };
}

const fingerprintIn = (body: Call["body"]): Pick<UsageEvent, "fingerprint"> =>
  body.kind === "json" ? { fingerprint: fingerprintOf(body.text) } : {};

/** What is in the event of `savings`: reasons that saved something, and their sum. */
function savedBy(savings: Savings | undefined): Pick<UsageEvent, "savedNanos" | "savings"> {
  const told = Object.entries(savings ?? {}).filter(([, nanos]) => nanos !== 0);
  if (told.length === 0) return { savedNanos: 0 };
  return { savedNanos: told.reduce((sum, [, nanos]) => sum + nanos, 0), savings: Object.fromEntries(told) };
}

function attemptOf(call: Call, ending: Ending, charge: Charge, now: number): Attempt {
  const attempt: Attempt = {
    provider: call.scope.provider,
    model: call.scope.model,
    httpStatus: ending.httpStatus,
    ms: now - (ending.attemptedAt ?? ending.dispatchedAt ?? call.arrivedAt),
    costNanos: charge.costNanos,
  };
  return ending.errorCode ? { ...attempt, error: ending.errorCode } : attempt;
}

/** `charge` with what an earlier attempt used and cost. What is told of the price is the last one's, unless it has none. */
function withEarlier(charge: Charge, earlier: Charge): Charge {
  if (earlier.usageSource === "none" && earlier.costNanos === 0) return charge;
  const told = charge.usageSource === "none" ? earlier : charge;
  const tokens = { ...charge.tokens };
  for (const kind of Object.keys(tokens) as (keyof Tokens)[]) tokens[kind] += earlier.tokens[kind];
  const units = { ...charge.units };
  for (const [unit, amount] of Object.entries(earlier.units)) units[unit] = (units[unit] ?? 0) + amount;
  const isKnown = charge.costNanos !== null && earlier.costNanos !== null;
  return {
    ...told,
    tokens,
    units,
    costNanos: isKnown ? (charge.costNanos ?? 0) + (earlier.costNanos ?? 0) : null,
    // Shares of one attempt do not add up to the tokens of all.
    shares: null,
    unpriced: [...charge.unpriced, ...earlier.unpriced],
  };
}
