/** A usage record against what a recording says was used. */
import type { UsageRecord } from "../../worker/core/record.ts";
import type { Recording } from "./recordings.ts";

const KINDS = [
  ["input_tokens", "input"],
  ["cached_input_tokens", "input_cached"],
  ["cache_write_tokens", "input_cache_write"],
  ["output_tokens", "output"],
  ["reasoning_tokens", "output_reasoning"],
] as const;

/** The kinds of tokens in which the record differs; what the provider did not report is not compared. */
export function tokenDifferences({ expected }: Recording, record: UsageRecord): string[] {
  const differences: string[] = [];
  for (const [name, kind] of KINDS) {
    const want = expected[name];
    const got = record.tokens[kind];
    if (want !== null && want !== got) differences.push(`${kind}: ${got} instead of ${want}`);
  }
  return differences;
}

/** What the provider did not report of input and output cannot be compared at all. */
export const tellsTokens = ({ expected }: Recording): boolean =>
  expected.input_tokens !== null || expected.output_tokens !== null;
