/** The parts of a page's state that live in its URL. Unknown or broken values fall back; a URL never breaks a page. */
import { AUDIT_ACTIONS, AUDIT_KINDS, type AuditFilters } from "../api/audit.ts";
import type { ModelFilters } from "../api/models.ts";
import { SESSION_FILTERS, type SessionFilters } from "../api/sessions.ts";
import { USAGE_FILTERS, type UsageFilters } from "../api/usage.ts";
import { PERIODS, type PeriodName } from "./period.ts";

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== ""
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((each) => each === value);

export const BREAKDOWNS = ["model", "provider", "key", "team", "user", "tag"] as const;
export const METRICS = ["spend", "requests", "tokens", "saved", "errors"] as const;

export interface OverviewSearch {
  period?: PeriodName;
  by?: (typeof BREAKDOWNS)[number];
  metric?: (typeof METRICS)[number];
  /** Of `by=tag`: the name whose values are told apart. */
  tag_name?: string;
  model?: string;
  provider?: string;
  key?: string;
  team?: string;
  user?: string;
  tag?: string;
}

export const overviewSearch = (raw: Raw): OverviewSearch => ({
  period: oneOf(raw.period, PERIODS),
  by: oneOf(raw.by, BREAKDOWNS),
  metric: oneOf(raw.metric, METRICS),
  tag_name: text(raw.tag_name),
  model: text(raw.model),
  provider: text(raw.provider),
  key: text(raw.key),
  team: text(raw.team),
  user: text(raw.user),
  tag: text(raw.tag),
});

export const SPENT_BY = ["model", "provider", "key"] as const;

export interface SavingsSearch {
  period?: PeriodName;
  by?: (typeof SPENT_BY)[number];
}

export const savingsSearch = (raw: Raw): SavingsSearch => ({
  period: oneOf(raw.period, PERIODS),
  by: oneOf(raw.by, SPENT_BY),
});

export interface RequestsSearch extends UsageFilters {
  /** The record whose panel is open. */
  id?: string;
}

export function requestsSearch(raw: Raw): RequestsSearch {
  const search: RequestsSearch = { id: text(raw.id) };
  for (const name of USAGE_FILTERS) search[name] = text(raw[name]);
  return search;
}

export function sessionsSearch(raw: Raw): SessionFilters {
  const search: SessionFilters = {};
  for (const name of SESSION_FILTERS) search[name] = text(raw[name]);
  return search;
}

/** Most models that answer side by side. */
export const MOST_MODELS = 4;

export interface PlaygroundSearch {
  /** With commas between them. */
  models?: string;
  mode?: "live" | "test";
}

export const playgroundSearch = (raw: Raw): PlaygroundSearch => ({
  models: text(raw.models),
  mode: oneOf(raw.mode, ["live", "test"] as const),
});

export interface DialogSearch {
  /** `1` where the create dialog is open. */
  new?: "1";
}

export const dialogSearch = (raw: Raw): DialogSearch => ({ new: text(raw.new) === "1" ? "1" : undefined });

export interface BudgetsSearch extends DialogSearch {
  /** The budget that is looked into. */
  open?: string;
}

export const budgetsSearch = (raw: Raw): BudgetsSearch => ({ ...dialogSearch(raw), open: text(raw.open) });

export interface EditSearch extends DialogSearch {
  /** What is being changed. */
  edit?: string;
}

export const editSearch = (raw: Raw): EditSearch => ({ ...dialogSearch(raw), edit: text(raw.edit) });

export interface AlertsSearch extends EditSearch {
  /** The channel whose deliveries are shown. */
  log?: string;
}

export const alertsSearch = (raw: Raw): AlertsSearch => ({ ...editSearch(raw), log: text(raw.log) });

export interface AuditSearch extends AuditFilters {
  /** The entry whose panel is open. */
  id?: string;
}

/** A day, or a time of one. */
const day = (value: unknown): string | undefined => {
  const given = text(value);
  return given !== undefined && /^\d{4}-\d{2}-\d{2}/.test(given) && !Number.isNaN(Date.parse(given))
    ? given
    : undefined;
};

export const auditSearch = (raw: Raw): AuditSearch => ({
  actor: text(raw.actor),
  action: oneOf(raw.action, AUDIT_ACTIONS),
  kind: oneOf(raw.kind, AUDIT_KINDS),
  record: text(raw.record),
  from: day(raw.from),
  to: day(raw.to),
  id: text(raw.id),
});

export interface ModelsSearch extends ModelFilters {
  /** `provider/model` of the one that is looked at. */
  open?: string;
  /** Of the one whose price is being set; `new` for one that is yet to be named. */
  set?: string;
}

export const modelsSearch = (raw: Raw): ModelsSearch => ({
  q: text(raw.q),
  provider: text(raw.provider),
  source: oneOf(raw.source, ["tenant", "catalog", "none"]),
  open: text(raw.open),
  set: text(raw.set),
});

export interface ProvidersSearch extends DialogSearch {
  /** The credential that is being replaced. */
  set?: string;
  /** The provider that a new one is for. */
  of?: string;
}

export const providersSearch = (raw: Raw): ProvidersSearch => ({
  ...dialogSearch(raw),
  set: text(raw.set),
  of: text(raw.of),
});

/**
 * A value of a URL as JSON, where it is quoted. All else is text as it stands, which a parser says by throwing: an id of
 * twenty digits is no number, and a user may be called `true` or `1e5`.
 */
export function quotedValue(value: string): unknown {
  if (!value.startsWith('"')) throw new SyntaxError("plain text");
  return JSON.parse(value);
}

/** What a link brings along that was sent to somebody. */
export const tokenSearch = (raw: Raw): { token?: string } => ({ token: text(raw.token) });

export interface SignInSearch {
  /** Why a one-time link did not work, in the sign-in library's words. */
  error?: string;
  /** Where to go after signing in. */
  next?: string;
}

export function signInSearch(raw: Raw): SignInSearch {
  const next = text(raw.next);
  // Only a path of the dashboard, with whatever filters it has: a link must not be able to send people elsewhere.
  const isOurs = next !== undefined && /^\/app(\/[\w./?=&%~:@!$'()*+,;-]*)?$/.test(next) && !next.includes("..");
  return { error: text(raw.error), next: isOurs ? next : undefined };
}
