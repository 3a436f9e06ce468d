/** Entries of the audit log in words. */
import type { AuditEntry, Member, Token } from "../../api/types.ts";
import type { Tone } from "../../components/ui/badge.tsx";

export const ACTIONS: Record<AuditEntry["action"], { tone: Tone; title: string }> = {
  create: { tone: "ok", title: "Made" },
  update: { tone: "accent", title: "Changed" },
  delete: { tone: "bad", title: "Removed" },
  rotate: { tone: "warn", title: "Rotated" },
  read: { tone: "neutral", title: "Read" },
};

export const KINDS: Record<AuditEntry["kind"], string> = {
  key: "Key",
  budget: "Budget",
  credential: "Credential",
  price: "Price",
  route: "Route",
  rateLimit: "Rate limit",
  token: "Token",
  team: "Team",
  user: "User",
  sink: "Sink",
  alert: "Alert channel",
  member: "Member",
  invitation: "Invitation",
  account: "Account",
  tenant: "Organization",
  body: "Body",
  usage: "Usage record",
};

/** Whoever may be behind an entry, by what the log calls them. */
export function actorsOf(members: readonly Member[], tokens: readonly Token[]): { value: string; title: string }[] {
  return [
    ...members.map(({ id, name }) => ({ value: `user:${id}`, title: name })),
    ...tokens.map(({ id, name }) => ({ value: `token:${id}`, title: `Token ${name}` })),
    { value: "operator", title: "Operator" },
    { value: "system", title: "System" },
  ];
}

/** Names actors; whoever has left is told by their id. */
export const actorNamer =
  (actors: readonly { value: string; title: string }[]) =>
  (actor: string): string =>
    actors.find(({ value }) => value === actor)?.title ?? actor.replace(/^(user|token):/, "");

/** What an entry is about, by the name that it has or had. */
export function nameOf({ before, after, record_id }: AuditEntry): string {
  const name = after?.name ?? before?.name ?? after?.email ?? before?.email;
  return typeof name === "string" ? name : record_id;
}

export interface FieldChange {
  field: string;
  /** As JSON; null where there was, or is, nothing. */
  before: string | null;
  after: string | null;
}

/** The fields that an entry says something of, before and after. */
export function fieldsOf({ before, after }: Pick<AuditEntry, "before" | "after">): FieldChange[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.map((field) => ({ field, before: textOf(before, field), after: textOf(after, field) }));
}

function textOf(fields: Record<string, unknown> | null, field: string): string | null {
  if (fields === null || !Object.hasOwn(fields, field)) return null;
  const value = fields[field];
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
