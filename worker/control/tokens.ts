/** A tenant's management tokens: bearers of this API, with a role. */
import * as z from "zod";
import { ACTIONS, mayHandOut, ROLES, type Role } from "../auth/roles.ts";
import { mintToken } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { TokenRecord } from "../core/ledger-api.ts";
import { fail, ok } from "../core/outcome.ts";
import type { App, TenantCall } from "./call.ts";
import { instant, iso, label, name } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { token, tokenSecret } from "./token-shapes.ts";

const role = z.enum(ROLES);
const actions = z
  .array(z.enum(ACTIONS).exclude(["settings", "dissolve"]))
  .max(ACTIONS.length)
  .nullable()
  .meta({ description: "Only these of what the role may do; null: all of it." });
const user = label
  .nullable()
  .meta({ description: "Whose keys a developer's token makes and sees; null: those that it made itself." });

/** Mounts `/tokens`. */
export function mountTokens(app: App): void {
  mountResource(app, {
    kind: "token",
    path: "tokens",
    noun: "token",
    action: "tokens",
    create: z.strictObject({
      name,
      role,
      actions: actions.default(null),
      user: user.default(null),
      expires_at: instant.nullable().default(null),
    }),
    patch: z.strictObject({ name, role, actions, user, expires_at: instant.nullable() }).partial(),
    shown: token,
    once: tokenSecret,
    example: { name: "ci", role: "admin", expires_at: "2027-01-01T00:00:00Z" },
    make: async (input, call) => {
      if (!mayHandOut(call, input)) return tooMuch(call, input.role);
      const minted = await mintToken(call.env.METERR_MASTER_KEY, call.tenant);
      const record: TokenRecord = {
        id: newId("tok", call.now),
        name: input.name,
        hash: minted.hash,
        role: input.role,
        actions: input.actions,
        user: input.user,
        madeBy: call.actor.id,
        expiresAt: input.expires_at,
        createdAt: call.now,
      };
      return ok({ record, once: { token: minted.text } });
    },
    change: async (input, current, call) => {
      const present = { role: current.role, actions: current.actions ?? null };
      const wanted = { ...present, ...given({ role: input.role, actions: input.actions }) };
      const beyond = [present, wanted].find((grant) => !mayHandOut(call, grant));
      if (beyond) return tooMuch(call, beyond.role);
      const { name, role, actions, user, expires_at: expiresAt } = input;
      return ok(given({ name, role, actions, user, expiresAt }));
    },
    show: async (records) =>
      records.map((record) => ({
        id: record.id,
        name: record.name,
        role: record.role,
        actions: record.actions ?? null,
        user: record.user ?? null,
        made_by: record.madeBy ?? null,
        expires_at: iso(record.expiresAt),
        created_at: iso(record.createdAt),
      })),
  });
}

const tooMuch = (call: TenantCall, other: Role) =>
  fail(gatewayError("not_allowed", `The role ${call.role} may not hand out this much of the role ${other}.`));
