/** What each role may do in its tenant. */

export const ROLES = ["owner", "admin", "developer", "billing", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** What a route does. `operate` is the operator's alone: making, changing and removing tenants. */
export type Action =
  | "read"
  | "keys"
  | "budgets"
  | "alerts"
  | "credentials"
  | "prices"
  | "routes"
  | "sinks"
  | "parties"
  | "tokens"
  | "import"
  | "audit"
  | "operate";

/** All that concerns one tenant. */
const EVERYTHING: readonly Action[] = [
  "read",
  "keys",
  "budgets",
  "alerts",
  "credentials",
  "prices",
  "routes",
  "sinks",
  "parties",
  "tokens",
  "import",
  "audit",
];

const MAY: Record<Role, readonly Action[]> = {
  owner: EVERYTHING,
  admin: EVERYTHING,
  developer: ["read", "keys", "import"],
  billing: ["read", "budgets", "alerts", "prices"],
  viewer: ["read"],
};

/** Whether `role` may do `action`. */
export const may = (role: Role, action: Action): boolean => MAY[role].includes(action);

/** Whether somebody with `role` may hand out `other`: nobody makes a token that can do more than they can. */
export const mayGrant = (role: Role, other: Role): boolean => ROLES.indexOf(role) <= ROLES.indexOf(other);

/** The role that a stored text names; what is unknown may only look. */
export const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? "viewer";
