/** The admin API's resources as they cross the wire: the types of the very schemas that describe its answers. */

import type { Budget } from "../../../worker/control/budget-shapes.ts";
import type { Me as Caller } from "../../../worker/control/me-shapes.ts";
import type { ProviderStatus } from "../../../worker/control/provider-shapes.ts";
import type { UsageRecord } from "../../../worker/core/record.ts";

export type { AgentSession } from "../../../worker/control/agent-session-shapes.ts";
export type {
  AlertChannel,
  DeliveryAttempt,
  FiredAlert,
  NewAlertChannel,
  TestedDelivery,
} from "../../../worker/control/alert-shapes.ts";
export type { AuditEntry } from "../../../worker/control/audit-shapes.ts";
export type { KeptBodies } from "../../../worker/control/body-shapes.ts";
export type { Scope } from "../../../worker/control/budget-shapes.ts";
export type { AppliedConfig, ConfigDifference } from "../../../worker/control/config-shapes.ts";
export type { CostReport, Possible } from "../../../worker/control/cost-report-shapes.ts";
export type { ExplainedCost } from "../../../worker/control/cost-shapes.ts";
export type { Credential } from "../../../worker/control/credential-shapes.ts";
export type { Key, NewKey } from "../../../worker/control/key-shapes.ts";
export type { Membership } from "../../../worker/control/me-shapes.ts";
export type { Party } from "../../../worker/control/party-shapes.ts";
export type { Invitation, MadeInvitation, Member, Role } from "../../../worker/control/people-shapes.ts";
export type { Price, PricedModel } from "../../../worker/control/price-shapes.ts";
export type { KnownProvider } from "../../../worker/control/provider-shapes.ts";
export type { RateFigure, RateLimit, Rates, UsedRates } from "../../../worker/control/rate-limit-shapes.ts";
export type { Explanation, Route, RouteNodeShown, RouteVersion } from "../../../worker/control/route-shapes.ts";
export type { SavedView } from "../../../worker/control/saved-view-shapes.ts";
export type { NewSink, Sink } from "../../../worker/control/sink-shapes.ts";
export type { Tenant } from "../../../worker/control/tenant-shapes.ts";
export type { NewToken, Token } from "../../../worker/control/token-shapes.ts";
export type { SummaryRow } from "../../../worker/control/usage-shapes.ts";
export type { AlertType, ChannelType } from "../../../worker/core/alert.ts";
export type { Period, ScopeType, TokenKind } from "../../../worker/core/policy.ts";
export type { Signal, SinkType } from "../../../worker/core/sink.ts";
export type { KeyMode, Status } from "../../../worker/core/usage.ts";
export type { Budget, ProviderStatus, UsageRecord };

/** Who is signed in: a person, with a session. */
export type Me = Caller & { user: NonNullable<Caller["user"]> };
/** What a role may do, in the API's words. */
export type Action = Caller["tenants"][number]["actions"][number];

/** A budget's figures as they move, in its unit. */
export type BudgetCounters = Pick<Budget, "id"> &
  Partial<Pick<Budget, `${"limit" | "spent" | "held" | "remaining"}_${Budget["unit"]}` | "subject" | "resets_at">>;

/** What comes over the live socket. */
export type LiveMessage =
  | { type: "usage"; data: UsageRecord }
  | { type: "budget"; data: BudgetCounters }
  | { type: "provider"; data: ProviderStatus }
  | { type: "alert"; data: unknown };
