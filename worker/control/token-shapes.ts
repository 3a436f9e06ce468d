/** Management tokens as the API shows them. */
import * as z from "zod";
import { ACTIONS, ROLES } from "../auth/roles.ts";
import { time } from "./shapes.ts";

export const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  actions: z.array(z.enum(ACTIONS)).nullable(),
  user: z.string().nullable(),
  made_by: z.string().nullable().meta({ description: "As the audit log names who made it." }),
  expires_at: time.nullable(),
  created_at: time,
});
export type Token = z.infer<typeof token>;

export const tokenSecret = { token: z.string().meta({ description: "Shown this once." }) };
const newToken = token.extend(tokenSecret);
export type NewToken = z.infer<typeof newToken>;
