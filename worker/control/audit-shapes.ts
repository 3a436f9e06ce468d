/** Entries of the audit log as the API shows them. */
import * as z from "zod";
import type { AuditEntry as Entry } from "../core/ledger-api.ts";
import { time } from "./shapes.ts";

export const AUDIT_ACTIONS = ["create", "update", "delete", "rotate", "read"] as const;

/** Kinds of what is changed, as an entry names them. */
export const AUDIT_KINDS = [
  "key",
  "budget",
  "credential",
  "price",
  "route",
  "rateLimit",
  "token",
  "team",
  "user",
  "sink",
  "alert",
  "member",
  "invitation",
  "account",
  "tenant",
  "body",
  "usage",
] as const satisfies readonly Entry["kind"][];

const fields = z.record(z.string(), z.unknown()).nullable();
export const auditEntry = z.strictObject({
  id: z.string(),
  time,
  actor: z.string().meta({ description: "`operator`, `token:…`, `user:…`, or `system`." }),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  action: z.enum(AUDIT_ACTIONS),
  kind: z.enum(AUDIT_KINDS),
  record_id: z.string(),
  before: fields,
  after: fields,
});
export type AuditEntry = z.infer<typeof auditEntry>;
