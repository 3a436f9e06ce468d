import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Keys that protect nothing, so that tests can seal and sign. */
const testBindings = {
  METERR_ADMIN_TOKEN: "mta_test",
  METERR_MASTER_KEY: "bWV0ZXJyLW1hc3Rlci1rZXktZm9yLXRlc3RzLW9ubHk=",
  METERR_ALLOW_PRIVATE_UPSTREAMS: "1",
  MIGRATION_FILES: readdirSync("migrations").sort(),
};

/** In the real runtime, with `main` as the Worker whose Durable Objects and `exports` the tests see. */
const inWorkerd = (name: string, main: string, include: string[]) => ({
  plugins: [
    cloudflareTest({ main, wrangler: { configPath: "./wrangler.toml" }, miniflare: { bindings: testBindings } }),
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

/** What drives thousands of requests through several systems at once, and would only measure what runs beside it. */
const ALONE = ["tests/hops.test.ts", "tests/isolates.test.ts"];

/** In Node, where whole systems are started and told from outside. */
const inNode = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // Most of the time a file waits for a lease or a page: as many as there are cores, where vitest would leave one idle.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      inWorkerd("worker", "./worker/index.ts", ["worker/**/*.test.ts"]),
      inWorkerd("ledger", "./durable-objects/ledger.ts", ["durable-objects/**/*.test.ts"]),
      {
        test: {
          ...inNode,
          name: "node",
          include: ["tests", "scripts", "bench", "web/src"].map((folder) => `${folder}/**/*.test.ts`),
          exclude: ALONE,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...inNode, name: "alone", include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
