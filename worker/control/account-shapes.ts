/** A person's account, and the ways in, as the API shows them. */
import * as z from "zod";
import { role } from "./people-shapes.ts";
import { time } from "./shapes.ts";

/** A browser in which somebody is signed in. */
export const signInSession = z.strictObject({
  id: z.string(),
  current: z.boolean(),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  signed_in_at: time,
  last_seen_at: time,
  expires_at: time,
});
export type SignInSession = z.infer<typeof signInSession>;

export const emailChanged = z.strictObject({
  email: z.string(),
  confirm: z.boolean().meta({ description: "Whether it counts only once the link that was sent there is opened." }),
});
export type EmailChanged = z.infer<typeof emailChanged>;

export const signInOptions = z.strictObject({
  sign_up: z.boolean(),
  password_reset: z.boolean().meta({ description: "Whether who forgot their password is sent a link." }),
  providers: z.array(z.enum(["github", "google"])),
});
export type SignInOptions = z.infer<typeof signInOptions>;

/** What whoever has an invitation's link sees of it. */
export const seenInvitation = z.strictObject({
  organization: z.string(),
  email: z.string(),
  role,
  expires_at: time,
  has_account: z.boolean().meta({ description: "Whether who is invited signs in, instead of setting a password." }),
  signed_in_as: z.string().nullable().meta({ description: "Who is signed in already, in the caller's browser." }),
});
export type SeenInvitation = z.infer<typeof seenInvitation>;
