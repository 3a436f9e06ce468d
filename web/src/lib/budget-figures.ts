/** A budget's figures, whatever it counts: numbers for bars and shares, and how they are written. */
import type { Budget } from "../api/types.ts";
import { formatUsd, formatUsdExact } from "./format.ts";
import { nanosOf } from "./money.ts";

export interface BudgetFigures {
  limit: number;
  spent: number;
  held: number;
  remaining: number;
  /** `$1.20`, `1,200 tokens`. */
  format(amount: number): string;
  /** The same where the next amount names the unit: `$1.20`, `1,200`. */
  formatBare(amount: number): string;
  /** With every digit. */
  formatExact(amount: number): string;
}

const NUMBER = new Intl.NumberFormat("en-US");

export function budgetFigures(budget: Budget): BudgetFigures {
  const { unit } = budget;
  if (unit === "usd") {
    const of = (amount: string | null) => (amount === null ? 0 : nanosOf(amount));
    return {
      limit: of(budget.limit_usd),
      spent: of(budget.spent_usd),
      held: of(budget.held_usd),
      remaining: of(budget.remaining_usd),
      format: formatUsd,
      formatBare: formatUsd,
      formatExact: formatUsdExact,
    };
  }
  const format = (amount: number) => `${NUMBER.format(amount)} ${unit}`;
  return {
    limit: budget[`limit_${unit}`] ?? 0,
    spent: budget[`spent_${unit}`] ?? 0,
    held: budget[`held_${unit}`] ?? 0,
    remaining: budget[`remaining_${unit}`] ?? 0,
    format,
    formatBare: (amount) => NUMBER.format(amount),
    formatExact: format,
  };
}
