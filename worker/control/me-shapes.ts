/** Who is calling, as the API shows it. */
import * as z from "zod";
import { ACTIONS, ROLES } from "../auth/roles.ts";

export const membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  actions: z.array(z.enum(ACTIONS)).meta({ description: "What the caller may do there." }),
  user: z.string().meta({ description: "The user of keys and budgets that the caller is there." }),
  second_factor_needed: z
    .boolean()
    .meta({ description: "Whether the tenant asks for a second factor that the caller has not turned on." }),
});
export type Membership = z.infer<typeof membership>;

export const me = z.strictObject({
  kind: z.enum(["operator", "token", "user"]),
  user: z
    .strictObject({
      id: z.string(),
      email: z.string(),
      email_verified: z.boolean(),
      name: z.string(),
      two_factor: z.boolean(),
      sign_in: z.array(z.string()).meta({ description: "Their ways to sign in: `password`, `github`, `google`." }),
    })
    .nullable(),
  tenants: z.array(membership),
});
export type Me = z.infer<typeof me>;
