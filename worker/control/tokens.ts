/** A tenant's management tokens: bearers of this API, with a role. */
import * as z from "zod";
import { mayGrant, ROLES, type Role } from "../auth/roles.ts";
import { mintToken } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { TokenRecord } from "../core/ledger-api.ts";
import { fail, ok } from "../core/outcome.ts";
import type { App, TenantCall } from "./call.ts";
import { instant, iso, name } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { time } from "./shapes.ts";

const role = z.enum(ROLES);

/** Mounts `/tokens`. */
export function mountTokens(app: App): void {
  mountResource(app, {
    kind: "token",
    path: "tokens",
    noun: "token",
    action: "tokens",
    create: z.strictObject({ name, role, expires_at: instant.nullable().default(null) }),
    patch: z.strictObject({ name: name.optional(), role: role.optional(), expires_at: instant.nullable().optional() }),
    shown: z.strictObject({ id: z.string(), name: z.string(), role, expires_at: time.nullable(), created_at: time }),
    once: { token: z.string().meta({ description: "Shown this once." }) },
    example: { name: "ci", role: "admin", expires_at: "2027-01-01T00:00:00Z" },
    make: async (input, call) => {
      if (!mayGrant(call.role, input.role)) return tooMuch(call, input.role);
      const minted = await mintToken(call.env.METERR_MASTER_KEY, call.tenant);
      const record: TokenRecord = {
        id: newId("tok", call.now),
        name: input.name,
        hash: minted.hash,
        role: input.role,
        expiresAt: input.expires_at,
        createdAt: call.now,
      };
      return ok({ record, once: { token: minted.text } });
    },
    change: async (input, current, call) => {
      const beyond = [current.role, input.role ?? current.role].find((other) => !mayGrant(call.role, other));
      if (beyond) return tooMuch(call, beyond);
      return ok(given({ name: input.name, role: input.role, expiresAt: input.expires_at }));
    },
    show: async (records) =>
      records.map((record) => ({
        id: record.id,
        name: record.name,
        role: record.role,
        expires_at: iso(record.expiresAt),
        created_at: iso(record.createdAt),
      })),
  });
}

const tooMuch = (call: TenantCall, other: Role) =>
  fail(gatewayError("not_allowed", `The role ${call.role} may not hand out the role ${other}.`));
