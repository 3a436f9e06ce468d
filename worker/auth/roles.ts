/** What each role may do in its tenant: the one place that says so, for the API and the dashboard alike. */

export const ROLES = ["owner", "admin", "developer", "billing", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** What a route does. `settings`: the tenant's name and how long it keeps records; `dissolve`: removing it. */
export const ACTIONS = [
  "read",
  "keys",
  "budgets",
  "alerts",
  "credentials",
  "prices",
  "routes",
  "sinks",
  "parties",
  "members",
  "security",
  "tokens",
  "import",
  "audit",
  "bodies",
  "settings",
  "dissolve",
] as const;
export type Action = (typeof ACTIONS)[number];

/** What only people do, and no management token: a program has no business with the tenant itself. */
const PEOPLE_ONLY: readonly Action[] = ["settings", "dissolve"];

const MAY: Record<Role, readonly Action[]> = {
  owner: ACTIONS,
  admin: ACTIONS.filter((action) => action !== "security" && action !== "dissolve"),
  developer: ["read", "keys", "import", "bodies"],
  billing: ["read", "budgets", "alerts", "prices"],
  viewer: ["read"],
};

/** What `role` may do. */
export const actionsOf = (role: Role): readonly Action[] => MAY[role];

/** Whether `role` may do `action`. */
export const may = (role: Role, action: Action): boolean => MAY[role].includes(action);

/** Whether somebody with `role` sees and makes only keys that are their own. */
export const hasOwnKeysOnly = (role: Role): boolean => role === "developer";

/** A role, and where that is less than all of it, what of it. */
interface Grant {
  role: Role;
  actions: readonly string[] | null;
}

/** What a token with a grant may do. */
export const allowedTo = ({ role, actions }: Grant): readonly Action[] =>
  MAY[role].filter((action) => !PEOPLE_ONLY.includes(action) && (actions === null || actions.includes(action)));

interface Giver {
  role: Role;
  actions: readonly Action[];
}

/** Whether `giver` may make a token with `grant`: nobody makes one that can do more than they can. */
export const mayHandOut = (giver: Giver, grant: Grant): boolean =>
  ROLES.indexOf(giver.role) <= ROLES.indexOf(grant.role) &&
  allowedTo(grant).every((action) => giver.actions.includes(action));

/** Whether `giver` may make a person a `role`, or take it from them; a token appoints nobody who may what it may not. */
export const mayAppoint = (giver: Giver, role: Role): boolean =>
  ROLES.indexOf(giver.role) <= ROLES.indexOf(role) && MAY[role].every((action) => giver.actions.includes(action));

/** The role that a stored text names; what is unknown may only look. */
export const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? "viewer";
