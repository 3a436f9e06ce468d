/** A session as the API shows it: what belongs together, such as an agent's run. */
import * as z from "zod";
import { money, time } from "./shapes.ts";

const name = z.string().nullable();

export const agentSession = z.strictObject({
  id: z.string(),
  key: name.meta({ description: "The latest request's, as team and user are." }),
  team: name,
  user: name,
  mode: z.enum(["live", "test"]),
  started_at: time,
  ended_at: time,
  requests: z.int(),
  errors: z.int(),
  unpriced: z.int(),
  tokens: z.strictObject({ input: z.int(), output: z.int() }),
  cost_usd: money,
  saved_usd: money,
});
export type AgentSession = z.infer<typeof agentSession>;
