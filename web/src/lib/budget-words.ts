/** What a budget is about, in words. */
import type { Budget } from "../api/types.ts";

/** Whether a scope counts for each of what it covers apart. */
export const countsEach = ({ type, id }: Budget["scope"]): boolean =>
  type === "tag" ? (id ?? "").endsWith("=*") : type !== "tenant" && id === null;

/** Of a budget that counts apart, whose figures it shows: the one that used most. Null for all others. */
export function fullestLabel({ scope, subject }: Budget): string | null {
  if (subject === null) return null;
  return scope.type === "tag" ? `${scope.id?.slice(0, -1)}${subject}` : `${scope.type} ${subject}`;
}

/** What happens at `resets_at`: all begins anew, or, of a rolling period, the oldest of what counts falls out. */
export const resetWord = ({ rolling }: Budget): string => (rolling ? "Frees up" : "Resets");
