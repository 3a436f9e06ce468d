import { globSync, readdirSync, readFileSync } from "node:fs";
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

/**
 * What drives thousands of requests through several systems, and would only measure what runs beside it. Begun together they
 * are busy in turns: one of them waits a minute for lost leases while the other counts calls.
 */
const QUIET = ["tests/hops.test.ts", "tests/isolates.test.ts"];

/**
 * In the real runtime, with `main` as the Worker whose Durable Objects and `exports` the tests see. Files share a process, and so
 * what modules remember, but no storage; those that say `@own-process` share nothing.
 */
function inWorkerd(name: string, main: string, folder: string) {
  const files = Object.groupBy(globSync(`${folder}/**/*.test.ts`), (file) =>
    readFileSync(file, "utf8").includes("@own-process") ? "own" : "shared",
  );
  const project = (name: string, include: string[] = [], test: object) => ({
    plugins: [
      cloudflareTest({
        main,
        wrangler: { configPath: "./wrangler.toml" },
        // No network is asked where in the world we are.
        miniflare: { bindings: testBindings, cf: false },
      }),
    ],
    test: {
      name,
      include,
      // Timers of the protocol run in real time, on machines that do other things too.
      testTimeout: 30_000,
      // CommonJS, which the rules of `wrangler.toml` would read as what our build makes of it.
      deps: { optimizer: { ssr: { enabled: true, include: ["standardwebhooks"] } } },
      ...test,
    },
  });
  return [
    project(name, files.shared, { isolate: false, setupFiles: ["worker/db/test-reset.ts"] }),
    project(`${name}-own`, files.own, {}),
  ];
}

/** In Node, where whole systems are started and told from outside. */
const inNode = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/** Those that start processes and browsers have a process of their own, the others share one. */
const node = Object.groupBy(
  globSync(["tests", "scripts", "bench", "web/src"].map((folder) => `${folder}/**/*.test.ts`)),
  (file) => (loads(file, /^(node:child_process|playwright-core)$/) ? "own" : "shared"),
);

export default defineConfig({
  test: {
    // Most of the time a file waits for a lease or a page: one more than there are cores, so that none is idle.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: longestFirst(["worker-own", "ledger-own", "ledger", "worker", "node-shared", "node"]) },
    projects: [
      ...inWorkerd("worker", "./worker/index.ts", "worker"),
      ...inWorkerd("ledger", "./durable-objects/ledger.ts", "durable-objects"),
      { test: { ...inNode, name: "node", include: node.own, exclude: QUIET } },
      { test: { ...inNode, name: "node-shared", include: node.shared, isolate: false } },
      {
        test: { ...inNode, name: "quiet", include: QUIET, maxWorkers: QUIET.length, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
