import { expect, test } from "vitest";
import { allowedTo, ROLES } from "../../../../worker/auth/roles.ts";
import { TOKEN_ACTIONS } from "./token-actions.ts";

test.each(ROLES)("a token of the role %s is offered what the API lets it do", (role) =>
  expect([...TOKEN_ACTIONS[role]].sort()).toEqual([...allowedTo({ role, actions: null })].sort()),
);
