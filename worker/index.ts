/** The Worker's entry: fetch, scheduled and the Durable Objects; nothing else. */
export { Ledger } from "../durable-objects/ledger.ts";
export { Drain } from "./drain.ts";

import { app } from "./app.ts";
import { runScheduled } from "./control/scheduled.ts";
import type { Env } from "./env.ts";

export default {
  fetch: app.fetch,
  scheduled: (_controller, env, ctx) => {
    ctx.waitUntil(runScheduled(env));
  },
} satisfies ExportedHandler<Env>;
