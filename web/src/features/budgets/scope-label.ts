import type { Budget, Key } from "../../api/types.ts";
import { countsEach } from "../../lib/budget-words.ts";

/** Whose spend a budget counts, in words. */
export function scopeLabel(scope: Budget["scope"], keys: readonly Key[]): string {
  if (scope.type === "tenant") return "Whole organization";
  if (countsEach(scope)) return scope.type === "tag" ? `Each ${scope.id?.slice(0, -2)}` : `Each ${scope.type}`;
  const name = scope.type === "key" ? (keys.find((key) => key.id === scope.id)?.name ?? scope.id) : scope.id;
  return `${scope.type[0]?.toUpperCase()}${scope.type.slice(1)} ${name}`;
}

/** How often it begins anew, in words. */
export const PERIOD_WORD: Record<string, string> = {
  hour: "an hour",
  day: "a day",
  week: "a week",
  month: "a month",
  total: "in total",
};
