/** The tokens of a record as lines: the two totals, and below each the kinds that it is made of. */
import type { UsageRecord } from "../../api/types.ts";

export interface TokenLine {
  name: string;
  count: number;
  /** A part of the total above it. */
  part: boolean;
}

/** Kinds that are zero are left out; what no kind claims is the plain text of the total. Other billed units come last. */
export function tokenLines(record: Pick<UsageRecord, "tokens" | "units">): TokenLine[] {
  const { tokens } = record;
  return [
    { name: "Input", count: tokens.input, part: false },
    ...parts(tokens.input, "not cached", [
      ["read from the provider's cache", tokens.input_cached],
      ["written to the provider's cache", tokens.input_cache_write],
      ["audio", tokens.input_audio],
      ["images", tokens.input_image],
    ]),
    { name: "Output", count: tokens.output, part: false },
    ...parts(tokens.output, "visible", [
      ["reasoning", tokens.output_reasoning],
      ["audio", tokens.output_audio],
      ["images", tokens.output_image],
    ]),
    ...Object.entries(record.units).map(([name, count]) => ({ name: name.replaceAll("_", " "), count, part: false })),
  ];
}

function parts(total: number, rest: string, kinds: readonly [string, number][]): TokenLine[] {
  const used = kinds.filter(([, count]) => count > 0);
  if (used.length === 0) return [];
  const plain = total - used.reduce((sum, [, count]) => sum + count, 0);
  const lines = used.map(([name, count]) => ({ name, count, part: true }));
  // Kinds may overlap, cached audio for one: then there is no plain rest to tell.
  return plain > 0 ? [{ name: rest, count: plain, part: true }, ...lines] : lines;
}
