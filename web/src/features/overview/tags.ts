/** Sums by tag: a request counts for each of its tags, so that only the values of one name add up. Pure. */
import type { SummaryRow } from "../../api/types.ts";

const nameOf = (tag: string): string => tag.slice(0, Math.max(0, tag.indexOf("=")));

/** The names that tags have, the one of most requests first. */
export function tagNamesOf(rows: readonly SummaryRow[]): string[] {
  const requests = new Map<string, number>();
  for (const { tag, requests: count } of rows) {
    if (tag) requests.set(nameOf(tag), (requests.get(nameOf(tag)) ?? 0) + count);
  }
  return [...requests].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

/** The rows of the tags called `name`. */
export const ofTagName = (rows: readonly SummaryRow[], name: string | undefined): SummaryRow[] =>
  rows.filter(({ tag }) => tag && nameOf(tag) === name);
