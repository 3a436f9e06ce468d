/** What the tests and the checks write down for `.ci/run` to add up. */
import { mkdirSync, writeFileSync } from "node:fs";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** Leaves `dist/results/<name>.json`. */
export function saveTotals(name: string, totals: Totals): void {
  mkdirSync("dist/results", { recursive: true });
  writeFileSync(`dist/results/${name}.json`, `${JSON.stringify(totals)}\n`);
}

/** `12 passed, 0 failed, 3 skipped`; the last only where there are some. */
export function describeTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
