/** The Worker's entry: fetch, scheduled and the Durable Objects; nothing else. */
export { Ledger } from "../durable-objects/ledger.ts";
export { Drain } from "./drain.ts";

import { answer } from "./app.ts";
import { runScheduled } from "./control/scheduled.ts";
import type { Env } from "./env.ts";

export default {
  fetch: answer,
  scheduled: (_controller, env, ctx) => {
    ctx.waitUntil(runScheduled(env));
  },
} satisfies ExportedHandler<Env>;
