/** What a management token of each role may do, in words. A test holds it to the roles that the API decides by. */
import type { Action, Role } from "../../api/types.ts";

export const ACTION_TITLES: Record<Exclude<Action, "settings" | "dissolve">, string> = {
  read: "Read all but secrets",
  keys: "Keys",
  budgets: "Budgets and rate limits",
  alerts: "Alert channels",
  credentials: "Providers' credentials",
  prices: "Prices",
  routes: "Routes",
  sinks: "Sinks",
  parties: "Teams and users",
  members: "Members and invitations",
  security: "What is asked of people who sign in",
  tokens: "Management tokens",
  import: "Book usage from elsewhere",
  audit: "Read the audit log",
  bodies: "Read kept bodies",
};
export type TokenAction = keyof typeof ACTION_TITLES;

const ALL = Object.keys(ACTION_TITLES) as TokenAction[];

export const TOKEN_ACTIONS: Record<Role, readonly TokenAction[]> = {
  owner: ALL,
  admin: ALL.filter((action) => action !== "security"),
  developer: ["read", "keys", "import", "bodies"],
  billing: ["read", "budgets", "alerts", "prices"],
  viewer: ["read"],
};
