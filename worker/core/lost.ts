/** Events for requests whose process vanished: what they may have cost is booked, and says so. */
import type { Nanos } from "./money.ts";
import type { ScopeFacts } from "./scope.ts";
import { type KeyMode, NO_TOKENS, type UsageEvent } from "./usage.ts";

/**
 * A `lost` event of `nanos` for `facts`. Negative nanos take an earlier one back, because its wallet was heard
 * again; the event is then flagged `lost_reversed`.
 */
export function lostEvent(lost: {
  id: string;
  tenant: string;
  time: number;
  facts: ScopeFacts;
  mode: KeyMode;
  nanos: Nanos;
}): UsageEvent {
  const { facts, nanos } = lost;
  return {
    id: lost.id,
    time: lost.time,
    tenant: lost.tenant,
    key: facts.key,
    team: facts.team,
    user: facts.user,
    session: facts.session,
    tags: facts.tags,
    mode: lost.mode,
    provider: facts.provider,
    model: facts.model,
    modelServed: null,
    endpoint: "",
    dialect: "",
    stream: false,
    status: "lost",
    httpStatus: null,
    tokens: { ...NO_TOKENS },
    units: {},
    costNanos: nanos,
    savedNanos: 0,
    usageSource: "bound",
    priceSource: "none",
    priceVersion: null,
    boundNanos: nanos < 0 ? null : nanos,
    cache: "off",
    latencyMs: 0,
    ttftMs: null,
    overheadMs: null,
    errorCode: null,
    flags: nanos < 0 ? ["lost_reversed"] : ["lost"],
    attempts: [],
  };
}

/** The id of what takes the lost event `id` back: the same, whoever does. */
export const reversalId = (id: string): string => `back_${id.replace(/^lost_/, "")}`;
