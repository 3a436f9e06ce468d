/** Rate limits as the ledger enforces them: each figure is a limit of its own, over a rolling period. */
import type { Limit, RateLimits, Scope, Unit } from "./policy.ts";

interface Figure {
  unit: Unit;
  period: "minute" | "day" | "total";
  /** In messages, and in the limit's id. */
  title: string;
}

const FIGURES: { readonly [F in keyof RateLimits]-?: Figure } = {
  requestsPerMinute: { unit: "requests", period: "minute", title: "requests a minute" },
  requestsPerDay: { unit: "requests", period: "day", title: "requests a day" },
  tokensPerMinute: { unit: "tokens", period: "minute", title: "tokens a minute" },
  tokensPerDay: { unit: "tokens", period: "day", title: "tokens a day" },
  concurrent: { unit: "concurrent", period: "total", title: "requests at once" },
};

/** Whose rate limits are asked for: kinds of records that set them. */
export type RatedKind = "rateLimit" | "key" | "team" | "user";

/** What the ids of the limits begin with that a record sets. */
export const rateOwner = (kind: RatedKind, id: string): string => (kind === "rateLimit" ? id : `${kind}:${id}`);

/** The id of the limit that is one figure of `owner`'s. */
export const rateId = (owner: string, figure: keyof RateLimits): string => `rate_${owner}_${figure}`;

/** The limits that `rates` set for `scope`. `owner` names who has them: the ids of the limits begin with it. */
export function limitsOfRates(owner: string, scope: Scope, rates: RateLimits | undefined): Limit[] {
  if (!rates) return [];
  const limits: Limit[] = [];
  for (const name of Object.keys(FIGURES) as (keyof RateLimits)[]) {
    const limit = rates[name] ?? null;
    if (limit === null) continue;
    const { unit, period, title } = FIGURES[name];
    limits.push({
      id: rateId(owner, name),
      name: title,
      scope,
      unit,
      limit,
      period,
      rolling: period !== "total",
      timezone: "UTC",
      enforcement: "hard",
      // What cannot be bounded in tokens counts as it settles: a rate is about the flow, not about the bill.
      onUnbounded: "allow",
      onUnpriced: "allow",
      isRate: true,
    });
  }
  return limits;
}
