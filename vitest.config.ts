import { globSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { loads } from "./scripts/lib/imports.ts";
import { longestFirst } from "./scripts/lib/test-order.ts";

/** Keys that protect nothing, so that tests can seal and sign. */
const testBindings = {
  METERR_ADMIN_TOKEN: "mta_test",
  METERR_MASTER_KEY: "bWV0ZXJyLW1hc3Rlci1rZXktZm9yLXRlc3RzLW9ubHk=",
  METERR_ALLOW_PRIVATE_UPSTREAMS: "1",
  MIGRATION_FILES: readdirSync("migrations").sort(),
};

/** What drives thousands of requests through several systems at once, and would only measure what runs beside it. */
const ALONE = ["tests/hops.test.ts", "tests/isolates.test.ts"];

/** Test files by where they run: `shared` ones leave nothing behind, and so need no process of their own. */
const tell = (patterns: string[], leavesBehind: RegExp) =>
  Object.groupBy(globSync(patterns), (file) => (loads(file, leavesBehind) ? "own" : "shared"));

/** In the real runtime: those that reach its own modules have bindings, storage and Durable Objects. */
const worker = tell(["worker/**/*.test.ts"], /^cloudflare:/);
const ledger = tell(["durable-objects/**/*.test.ts"], /^cloudflare:/);
/** In Node: those that start processes and browsers. */
const node = tell(
  ["tests", "scripts", "bench", "web/src"].map((folder) => `${folder}/**/*.test.ts`),
  /^(node:child_process|playwright-core)$/,
);

/** In the real runtime, with `main` as the Worker whose Durable Objects and `exports` the tests see. */
const inWorkerd = (name: string, main: string | undefined, include: string[] = []) => ({
  plugins: [
    cloudflareTest({
      main,
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: { bindings: testBindings, cf: false },
    }),
  ],
  // Timers of the protocol run in real time, on machines that do other things too.
  test: {
    name,
    include,
    testTimeout: 30_000,
    // CommonJS, which the rules of `wrangler.toml` would read as what our build makes of it.
    deps: { optimizer: { ssr: { enabled: true, include: ["standardwebhooks"] } } },
  },
});

/** In Node, where whole systems are started and told from outside. */
const inNode = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

const pure = inWorkerd("pure", undefined, [...(worker.shared ?? []), ...(ledger.shared ?? [])]);

export default defineConfig({
  test: {
    // Most of the time a file waits for a lease or a page: one more than there are cores, so that none is idle.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: longestFirst(["node", "ledger", "worker", "pure", "node-pure", "alone"]) },
    projects: [
      inWorkerd("worker", "./worker/index.ts", worker.own),
      inWorkerd("ledger", "./durable-objects/ledger.ts", ledger.own),
      { ...pure, test: { ...pure.test, isolate: false } },
      { test: { ...inNode, name: "node", include: node.own, exclude: ALONE } },
      { test: { ...inNode, name: "node-pure", include: node.shared, isolate: false } },
      {
        test: { ...inNode, name: "alone", include: ALONE, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
