/** The order in which test files begin, so that the run does not end with one core waiting for one file. */
import { readFileSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A file that gives a test so long is slow: it waits for leases to be lost, or plays thousands of histories. */
const SLOW_FROM_MS = 60_000;

/** Whole seconds in milliseconds, where a time limit is written: a constant, an option, or a test's last argument. */
const LIMIT = /(?:_MS = |timeout: |\}, |^ *)(\d{2,3}_000)\b/gim;

/** The longest time that the test file `source` gives to anything. */
export function patienceMs(source: string): number {
  return Math.max(0, ...[...source.matchAll(LIMIT)].map(([, limit = ""]) => Number(limit.replace("_", ""))));
}

/**
 * Slow files first, the most patient one before all; then project by project, as `order` has them, where vitest puts the
 * files that took long the last time, or else the large ones, before the others.
 */
export const longestFirst = (order: readonly string[]) =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const ranked = (await super.sort(files)).map((file) => {
        const patience = patienceMs(readFileSync(file.moduleId, "utf8"));
        const { name, config } = file.project;
        return {
          file,
          group: config.sequence.groupOrder,
          slow: patience >= SLOW_FROM_MS && config.isolate ? patience : 0,
          project: order.indexOf(name),
        };
      });
      ranked.sort((a, b) => a.group - b.group || b.slow - a.slow || a.project - b.project);
      return ranked.map(({ file }) => file);
    }
  };
