/** Whose requests a limit covers: the choices, and how one says it. */
import type { Key, Scope, ScopeType } from "../api/types.ts";
import { countsEach } from "./budget-words.ts";

interface Covered {
  /** Of the choice in a form. */
  value: string;
  type: ScopeType;
  title: string;
  idLabel?: string;
  placeholder?: string;
}

/** What a scope covers, and what names it. */
export const SCOPES: readonly Covered[] = [
  { value: "tenant", type: "tenant", title: "Whole organization" },
  { value: "key", type: "key", title: "One key" },
  { value: "user", type: "user", title: "One user", idLabel: "User", placeholder: "anna" },
  { value: "team", type: "team", title: "One team", idLabel: "Team", placeholder: "search" },
  { value: "model", type: "model", title: "One model", idLabel: "Model", placeholder: "gpt-5-mini" },
  { value: "session", type: "session", title: "One session", idLabel: "Session", placeholder: "run-42" },
  { value: "tag", type: "tag", title: "One tag", idLabel: "Tag", placeholder: "env=prod" },
  { value: "each-key", type: "key", title: "Each key apart" },
  { value: "each-user", type: "user", title: "Each user apart" },
  { value: "each-team", type: "team", title: "Each team apart" },
  { value: "each-model", type: "model", title: "Each model apart" },
  { value: "each-session", type: "session", title: "Each session apart" },
  { value: "each-tag", type: "tag", title: "Each value of a tag apart", idLabel: "Tag", placeholder: "customer" },
];

/** A scope as a form has it: which choice, and what names it. */
export interface ScopeChoice {
  covered: string;
  id: string;
}

export const WHOLE: ScopeChoice = { covered: "tenant", id: "" };

export const choiceOf = (scope: Scope): ScopeChoice => ({
  covered: countsEach(scope) ? `each-${scope.type}` : scope.type,
  id: scope.id?.replace(/=\*$/, "") ?? "",
});

export function scopeOf({ covered, id }: ScopeChoice): Scope {
  const type = SCOPES.find(({ value }) => value === covered)?.type ?? "tenant";
  if (covered === "each-tag") return { type, id: `${id.trim()}=*` };
  return { type, id: covered === "tenant" || covered.startsWith("each-") ? null : id.trim() };
}

/** A scope in words. */
export function scopeLabel(scope: Scope, keys: readonly Key[]): string {
  if (scope.type === "tenant") return "Whole organization";
  if (countsEach(scope)) return scope.type === "tag" ? `Each ${scope.id?.slice(0, -2)}` : `Each ${scope.type}`;
  const name = scope.type === "key" ? (keys.find((key) => key.id === scope.id)?.name ?? scope.id) : scope.id;
  return `${scope.type[0]?.toUpperCase()}${scope.type.slice(1)} ${name}`;
}
