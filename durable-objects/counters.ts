/**
 * What a ledger counts for `/metrics`. Counters of events change in the transaction that settles the events; all of
 * them go to D1 as they stand, never as differences, so that telling them twice changes nothing.
 */
import type { Nanos } from "../worker/core/money.ts";
import type { KeyMode, Tokens, UsageEvent } from "../worker/core/usage.ts";

/** Values by series, named and labelled as `/metrics` shows them. All labels are from small closed sets. */
export type Counters = Map<string, number>;

/** Counters are told at most once in this time, in milliseconds: they have to be there within two seconds. */
export const TELL_MS = 1_000;

/** Counts events that are being settled. */
export function countEvents(counters: Counters, events: readonly UsageEvent[]): void {
  for (const { status, mode, costNanos, savedNanos, tokens, amends } of events) {
    if (amends) {
      countAmendment(counters, { mode, nanos: (costNanos ?? 0) - (amends.costNanos ?? 0) });
      countTokens(counters, mode, tokens);
      continue;
    }
    if (costNanos !== null && costNanos < 0) {
      // A lost event taken back. Its request stays counted: a counter never goes back.
      add(counters, `meterr_reversed_nanousd_total{mode="${mode}"}`, -costNanos);
      continue;
    }
    add(counters, `meterr_requests_total{mode="${mode}",status="${status}"}`, 1);
    if (costNanos === null) add(counters, `meterr_unpriced_requests_total{mode="${mode}"}`, 1);
    else add(counters, `meterr_cost_nanousd_total{mode="${mode}"}`, costNanos);
    // What was written to a prompt cache may be less than nothing: a counter never goes back.
    add(counters, `meterr_saved_nanousd_total{mode="${mode}"}`, Math.max(0, savedNanos));
    countTokens(counters, mode, tokens);
  }
}

/** The request is counted already. A counter never goes back: what it cost less than its bound is reversed. */
function countAmendment(counters: Counters, { mode, nanos }: { mode: KeyMode; nanos: Nanos }): void {
  const series = nanos < 0 ? "meterr_reversed_nanousd_total" : "meterr_cost_nanousd_total";
  add(counters, `${series}{mode="${mode}"}`, Math.abs(nanos));
}

function countTokens(counters: Counters, mode: KeyMode, tokens: Tokens): void {
  for (const [kind, count] of [
    ["input", tokens.input],
    ["input_cached", tokens.inputCached],
    ["input_cache_write", tokens.inputCacheWrite],
    ["output", tokens.output],
    ["output_reasoning", tokens.outputReasoning],
  ] as const) {
    add(counters, `meterr_tokens_total{kind="${kind}",mode="${mode}"}`, count);
  }
}

function add(counters: Counters, series: string, count: number): void {
  if (count !== 0) counters.set(series, (counters.get(series) ?? 0) + count);
}
