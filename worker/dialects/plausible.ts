/** Whether a provider's report can be true at all: what the books cannot hold, or nobody can have used, is no report. */
import type { Reported } from "./types.ts";

/** A hundred times the longest context window. */
const MAX_TOKENS = 1e9;
/** Characters of the largest body, and more than any other unit. */
const MAX_UNITS = 1e8;
/** More kinds of units, and longer names, than any provider has: they become part of the record. */
const MAX_KINDS = 64;
const MAX_NAME_CHARS = 100;
const MAX_USD = 1e6;
/** Turns that one answer takes at other models. */
const MAX_SHARES = 1_000;

/** Whether counts, units and cost are within what one answer can have. */
export function isPlausible({ tokens, units, costUsd, byModel }: Reported): boolean {
  const kinds = Object.entries(units);
  return (
    areCounts(Object.values(tokens)) &&
    kinds.length <= MAX_KINDS &&
    kinds.every(([name, count]) => name.length <= MAX_NAME_CHARS && count >= 0 && count <= MAX_UNITS) &&
    (costUsd === null || (costUsd >= 0 && costUsd <= MAX_USD)) &&
    (byModel === null ||
      (byModel.length <= MAX_SHARES && byModel.every((share) => areCounts(Object.values(share.tokens)))))
  );
}

const areCounts = (counts: readonly number[]): boolean => counts.every((count) => count >= 0 && count <= MAX_TOKENS);
