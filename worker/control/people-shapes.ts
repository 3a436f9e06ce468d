/** The people of a tenant as the API shows them. */
import * as z from "zod";
import { ROLES } from "../auth/roles.ts";
import { time } from "./shapes.ts";

export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

export const member = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  user: z.string().meta({ description: "The user of keys, budgets and usage records that they are." }),
  two_factor: z.boolean(),
  joined_at: time,
  last_seen_at: time.nullable(),
});
export type Member = z.infer<typeof member>;

export const invitation = z.strictObject({
  id: z.string(),
  email: z.string(),
  role,
  status: z.enum(["pending", "expired", "accepted", "canceled"]),
  emailed: z.boolean().meta({ description: "Whether the link went to the address itself." }),
  invited_by: z.string(),
  created_at: time,
  expires_at: time,
});
export type Invitation = z.infer<typeof invitation>;

export const madeInvitation = invitation.extend({
  link: z.string().nullable().meta({ description: "Shown this once, where it was not emailed: pass it on." }),
});
export type MadeInvitation = z.infer<typeof madeInvitation>;

export const tenantSecurity = z.strictObject({
  require_two_factor: z.boolean().meta({ description: "Whether people need a second factor to get at the tenant." }),
});
export type TenantSecurity = z.infer<typeof tenantSecurity>;
