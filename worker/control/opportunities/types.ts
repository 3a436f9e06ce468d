/** What could be saved, and by which switch. */
import type { Nanos } from "../../core/money.ts";
import type { SavingReason } from "../../core/usage.ts";

/** A call of the admin API, its path below `/api/v1/tenants/{tenant}`. */
export interface Switch {
  method: "PATCH" | "PUT";
  path: string;
  body: Record<string, unknown>;
}

/**
 * How sure the figure is. `measured`: by the same tokens at known prices; `estimated`: by what the requests looked like;
 * `at_most`: whether they can do with it, nobody can tell from here.
 */
export type Certainty = "measured" | "estimated" | "at_most";

export interface Opportunity {
  lever: Exclude<SavingReason, "coalesced">;
  /** What it is about. */
  subject: { key?: string; provider?: string; model?: string; route?: string };
  /** Of the span that is reported. */
  requests: number;
  /** What they cost. */
  costNanos: Nanos;
  savingNanos: Nanos;
  certainty: Certainty;
  /** How the figure came to be, for people. */
  basis: string;
  change: Switch;
  /** What has to be there before, for people; null: nothing. */
  needs: string | null;
}

/** A sample of the span: of `requests`, the newest of it, and what each figure of it stands for. */
export interface Sample<T> {
  requests: readonly T[];
  /** At least 1; the span's cost by the sample's. */
  factor: number;
}

/** Sums by key, in the order of their first appearance. */
export function groupBy<T>(all: Iterable<T>, nameOf: (each: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const name = nameOf(each);
    if (name === null) continue;
    const group = groups.get(name);
    if (group) group.push(each);
    else groups.set(name, [each]);
  }
  return groups;
}

/** A figure of a sample as one of the span. */
export const scaled = (value: number, factor: number): number => Math.round(value * factor);

/** `3 of 10 requests` or, where the sample is not all of the span, `3 of the newest 10 requests`. */
export const partOf = (count: number, all: readonly unknown[], factor: number): string =>
  `${count} of ${factor > 1 ? "the newest " : ""}${all.length} requests`;
