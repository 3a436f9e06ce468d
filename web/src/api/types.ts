/** The admin API's resources as they cross the wire. Usage records come from the Worker's own type. */
import type { Period, ScopeType } from "../../../worker/core/policy.ts";
import type { UsageRecord } from "../../../worker/core/record.ts";
import type { KeyMode, Status } from "../../../worker/core/usage.ts";

export type { KeyMode, Period, ScopeType, Status, UsageRecord };

export type Role = "owner" | "admin" | "developer" | "billing" | "viewer";

/** What a role may do, in the API's words. */
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
  | "members"
  | "security"
  | "tokens"
  | "import"
  | "audit";

export interface Me {
  user: { id: string; email: string; email_verified: boolean; name: string; two_factor: boolean; sign_in: string[] };
  tenants: {
    id: string;
    name: string;
    role: Role;
    actions: Action[];
    /** The user of keys and budgets that the person is there. */
    user: string;
    second_factor_needed: boolean;
  }[];
}

export interface Key {
  id: string;
  name: string;
  hint: string;
  mode: KeyMode;
  team: string | null;
  user: string | null;
  tags: Record<string, string>;
  require: string[];
  allow: { providers: string[] | null; models: string[] | null; endpoints: string[] | null };
  rate_limits: { requests_per_minute: number | null; tokens_per_minute: number | null; concurrent: number | null };
  cache: { ttl_seconds: number } | null;
  expires_at: string | null;
  created_at: string;
  revoked_at: string | null;
}

/** What creating and rotating answer: the only time that the key itself is seen. */
export interface NewKey {
  id: string;
  key: string;
}

export interface Budget {
  id: string;
  name: string;
  scope: { type: ScopeType; id: string | null };
  period: Period;
  timezone: string;
  /** The period ends now, at every moment, instead of by the calendar. */
  rolling: boolean;
  /** What is counted; the figures of the others are null or not there. */
  unit: "usd" | "tokens" | "requests";
  limit_usd: string | null;
  limit_tokens?: number;
  limit_requests?: number;
  enforcement: "hard" | "soft";
  spent_usd: string | null;
  spent_tokens?: number;
  spent_requests?: number;
  held_usd: string | null;
  held_tokens?: number;
  held_requests?: number;
  remaining_usd: string | null;
  remaining_tokens?: number;
  remaining_requests?: number;
  /** Of a budget that counts for each user, session or the like apart: whose figures these are, who used most. */
  subject: string | null;
  /** When the period ends, or when the oldest of what counts falls out of a rolling one. */
  resets_at: string | null;
  created_at: string;
}

export interface Credential {
  id: string;
  provider: string;
  name: string;
  last4: string;
  origin: string | null;
  weight: number;
  base_url?: string | null;
  dialect?: string | null;
  created_at: string;
}

export interface SummaryTokens {
  input: number;
  input_cached: number;
  input_cache_write: number;
  output: number;
  output_reasoning: number;
}

/** A row of `usage/summary`; which dimensions it has is what it was grouped by. */
export interface SummaryRow {
  day?: string;
  hour?: string;
  model?: string;
  provider?: string;
  key?: string | null;
  team?: string | null;
  user?: string | null;
  requests: number;
  tokens: SummaryTokens;
  cost_usd: string;
  saved_usd: string;
  unpriced: number;
  errors: number;
  latency_ms: number | null;
}

/** A budget's figures as they move, in its unit. */
export type BudgetCounters = Pick<Budget, "id"> &
  Partial<Pick<Budget, `${"limit" | "spent" | "held" | "remaining"}_${Budget["unit"]}` | "subject" | "resets_at">>;

/** What comes over the live socket. */
export type LiveMessage =
  | { type: "usage"; data: UsageRecord }
  | { type: "budget"; data: BudgetCounters }
  | { type: "alert"; data: unknown };

/** What belongs together, such as an agent's run. */
export interface AgentSession {
  id: string;
  key: string | null;
  team: string | null;
  user: string | null;
  mode: KeyMode;
  started_at: string;
  ended_at: string;
  requests: number;
  errors: number;
  unpriced: number;
  tokens: { input: number; output: number };
  cost_usd: string;
  saved_usd: string;
}
