/** The lease protocol against an adversary, and the adversary against broken protocols. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { play } from "./adversary.ts";
import { MUTATIONS, type Mutation } from "./mutations.ts";
import { randomFromList } from "./random.ts";

const run = promisify(execFile);
const NODE = join(process.cwd(), "node_modules/.bin/node");
/** Of `STEPS` each: 120,000. */
const HISTORIES = 300;
/** Some broken rules show in one history of a hundred. */
const BROKEN_HISTORIES = 600;
const STEPS = 400;

let copies: string;
beforeAll(() => {
  copies = mkdtempSync(join(tmpdir(), "meterr-lease-protocol-"));
});
afterAll(() => rmSync(copies, { recursive: true }));

/** Plays histories on the source in `root`; answers the totals, or what broke. */
async function histories(root: string, count: number, from = 1): Promise<Record<string, unknown>> {
  const script = join(root, "tests/lease-protocol/run.ts");
  const { stdout } = await run(NODE, [script, String(from), String(count), String(STEPS)]).catch((error) => error);
  return JSON.parse(stdout.trim().split("\n").at(-1) || "{}");
}

/** A copy of the source with one rule broken. */
function broken({ file, find, replace }: Mutation, name: string): string {
  const root = join(copies, name);
  for (const folder of ["durable-objects", "worker/core", "worker/wallet", "tests/lease-protocol"]) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const one of readdirSync(folder).filter((entry) => entry.endsWith(".ts") && !entry.endsWith(".test.ts"))) {
      cpSync(join(folder, one), join(root, folder, one));
    }
  }
  cpSync("package.json", join(root, "package.json"));
  symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
  const source = readFileSync(join(root, file), "utf8");
  if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one: ${find}`);
  writeFileSync(
    join(root, file),
    source.replace(find, () => replace),
  );
  return root;
}

test("no history breaks a promise", { timeout: 120_000 }, async () => {
  const totals = await histories(".", HISTORIES);
  expect(totals).not.toHaveProperty("broken");
  expect(totals.steps).toBeGreaterThanOrEqual(HISTORIES * STEPS);
  for (const event of ["dispatched", "refused", "topUps", "vanished", "revived", "forgotten", "reloads"]) {
    expect(totals[event], event).toBeGreaterThan(0);
  }
});

/** A property whose counterexample is a short list of decisions. */
test("no list of decisions breaks a promise", { timeout: 120_000 }, () => {
  const decisions = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    size: "max",
    maxLength: 600,
  });
  fc.assert(
    fc.property(decisions, (choices) => {
      play({ random: randomFromList(choices), steps: 80 });
    }),
    { numRuns: 150 },
  );
});

test.each(MUTATIONS)("a broken rule is noticed: $name", { timeout: 120_000 }, async (mutation) => {
  const root = broken(mutation, `m${MUTATIONS.indexOf(mutation)}`);
  expect(await histories(root, BROKEN_HISTORIES, mutation.from)).toHaveProperty("broken");
});
