import type { Role } from "../../api/types.ts";

/** What each role is for, in a line. */
export const ROLE_WORDS: Record<Role, string> = {
  owner: "Everything, and what is asked of people who sign in",
  admin: "Everything but other owners",
  developer: "Keys of their own; sees usage",
  billing: "Budgets, alerts and prices; sees usage",
  viewer: "Sees usage and settings, changes nothing",
};
