/** A budget's limit and counters in the shape that the outside sees: the admin API and the live socket both speak it. */
import { usdFromNanos } from "./money.ts";
import type { Budget, BudgetState, Unit } from "./policy.ts";

/** What a limit is given in, on the wire: the end of `limit_usd`, `limit_tokens`, `limit_requests`. */
export const unitName = (unit: Unit): string => (unit === "nanos" ? "usd" : unit);

/** An amount of `unit` on the wire: money as decimal USD, all else as a number. */
export const amountOf = (unit: Unit, amount: number): string | number =>
  unit === "nanos" ? usdFromNanos(amount) : amount;

/** `unit`, and `limit_`, `spent_`, `held_` and `remaining_` of it; those in USD are there and null for another unit. */
export function figuresOf(budget: Budget, state: BudgetState): Record<string, string | number | null> {
  const { limit, unit } = budget;
  const { spent, held } = state;
  const suffix = unitName(unit);
  const figures: Record<string, string | number | null> = {
    unit: suffix,
    limit_usd: null,
    spent_usd: null,
    held_usd: null,
    remaining_usd: null,
  };
  for (const [name, amount] of Object.entries({ limit, spent, held, remaining: Math.max(0, limit - spent - held) })) {
    figures[`${name}_${suffix}`] = amountOf(unit, amount);
  }
  return figures;
}
