/** Budgets, with their counters as the ledger has them now. */
import * as z from "zod";
import { figuresOf } from "../core/budget-figures.ts";
import { newId } from "../core/ids.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import {
  type Budget,
  type BudgetState,
  PERIODS,
  type Period,
  SCOPE_TYPES,
  type Scope,
  type Unit,
} from "../core/policy.ts";
import { ledgerOf } from "../db/ledger.ts";
import { budget, policies } from "./budget-shapes.ts";
import { type App, invalid, type TenantCall } from "./call.ts";
import { amount, iso, label, name, usd } from "./input.ts";
import { given, mountResource } from "./resource.ts";

export const scopeInput = z.strictObject({ type: z.enum(SCOPE_TYPES), id: label.nullable().default(null) });
const timezone = z.string().refine(isTimezone, 'must be an IANA time zone, e.g. "Europe/Berlin"');
/** Per cent of the limit; above 100 for what goes on after a soft limit. */
const alertAt = z.array(z.number().positive().max(1_000)).max(20);
const alertTo = z.array(z.string().min(1).max(64)).max(50);
/** What is counted: a limit in exactly one of them. */
const limits = { limit_usd: usd.nullish(), limit_tokens: amount.nullish(), limit_requests: amount.nullish() };

const create = z.strictObject({
  name,
  scope: scopeInput,
  period: z.enum(PERIODS),
  rolling: z.boolean().default(false),
  timezone: timezone.default("UTC"),
  ...limits,
  enforcement: z.enum(["hard", "soft"]),
  on_unbounded: policies.on_unbounded.optional(),
  on_unpriced: policies.on_unpriced.optional(),
  alert_at: alertAt.default([80, 100]),
  alert_to: alertTo.default([]),
});
const patch = z
  .strictObject({
    name,
    scope: scopeInput,
    period: z.enum(PERIODS),
    rolling: z.boolean(),
    timezone,
    ...limits,
    enforcement: z.enum(["hard", "soft"]),
    ...policies,
    alert_at: alertAt,
    alert_to: alertTo,
  })
  .partial();

/** Mounts `/budgets`. */
export function mountBudgets(app: App): void {
  mountResource(app, {
    kind: "budget",
    path: "budgets",
    noun: "budget",
    action: "budgets",
    create,
    patch,
    shown: budget,
    example: {
      name: "Everything",
      scope: { type: "tenant" },
      period: "month",
      timezone: "Europe/Berlin",
      limit_usd: "500",
      enforcement: "hard",
    },
    config: { carriesSecret: () => false },
    make: async (input, call) => {
      const checked = await checkScope(input.scope, call);
      if (!checked.ok) return checked;
      const limit = limitIn(input);
      if (!limit.ok) return limit;
      if (limit.value === null)
        return invalid("limit_usd: give one of limit_usd, limit_tokens and limit_requests", "limit_usd");
      const wrong = checkPeriod(input);
      if (wrong) return wrong;
      const told = await checkChannels(input.alert_to, call);
      if (!told.ok) return told;
      // A hard budget fails closed; a soft one only counts.
      const otherwise = input.enforcement === "hard" ? "block" : "allow";
      const record: Budget = {
        id: newId("bud", call.now),
        name: input.name,
        scope: checked.value,
        period: input.period,
        timezone: input.timezone,
        ...limit.value,
        rolling: input.rolling,
        enforcement: input.enforcement,
        onUnbounded: input.on_unbounded ?? otherwise,
        onUnpriced: input.on_unpriced ?? otherwise,
        alertAt: input.alert_at,
        alertTo: input.alert_to,
        createdAt: call.now,
      };
      return ok({ record });
    },
    change: async (input, current, call) => {
      const told = await checkChannels(input.alert_to ?? [], call);
      if (!told.ok) return told;
      if (input.scope && !isScope(input.scope, current.scope, call)) {
        return invalid(
          "scope: cannot be changed, since what was counted so far belongs to it. Make another budget.",
          "scope",
        );
      }
      const limit = limitIn(input);
      if (!limit.ok) return limit;
      if (limit.value && limit.value.unit !== current.unit) {
        return invalid(
          "limit: what is counted cannot be changed. Make another budget.",
          `limit_${limit.value.unit === "nanos" ? "usd" : limit.value.unit}`,
        );
      }
      const wrong = checkPeriod({ ...current, ...given({ period: input.period, rolling: input.rolling }) });
      if (wrong) return wrong;
      // One that only counted let everything pass. Made hard it fails closed, as if it had been made so.
      const otherwise = current.enforcement === "soft" && input.enforcement === "hard" ? "block" : undefined;
      return ok(
        given({
          name: input.name,
          period: input.period,
          rolling: input.rolling,
          timezone: input.timezone,
          limit: limit.value?.limit,
          enforcement: input.enforcement,
          onUnbounded: input.on_unbounded ?? otherwise,
          onUnpriced: input.on_unpriced ?? otherwise,
          alertAt: input.alert_at,
          alertTo: input.alert_to,
        }),
      );
    },
    show: async (records, call) => {
      if (records.length === 0) return [];
      const states = await ledgerOf(call.env, call.tenant).budgetStates(records.map((record) => record.id));
      return records.map((record) => showBudget(record, states[record.id]));
    },
  });
}

type Limits = { readonly [F in keyof typeof limits]?: number | null | undefined };

/** The limit that `input` gives, and what it counts; null where it gives none. */
function limitIn(input: Limits): Outcome<{ limit: number; unit: Unit } | null> {
  const fields = [
    ["limit_usd", "nanos"],
    ["limit_tokens", "tokens"],
    ["limit_requests", "requests"],
  ] as const;
  const found = fields.filter(([field]) => input[field] != null);
  const [field, unit] = found[0] ?? [];
  if (field === undefined) return ok(null);
  if (found.length > 1) return invalid("limit_usd, limit_tokens, limit_requests: give one of them", found[1]?.[0]);
  return ok({ limit: input[field] ?? 0, unit });
}

function checkPeriod({ period, rolling }: { period: Period; rolling: boolean }) {
  return rolling && period === "total"
    ? invalid("rolling: a total never ends, so that it cannot roll", "rolling")
    : null;
}

/** Whether `given` is `present` as a caller may write it: the tenant's own scope with its id, too. */
export const isScope = (given: Scope, present: Scope, { tenant }: TenantCall): boolean =>
  given.type === present.type &&
  (given.id === present.id || (given.type === "tenant" && given.id === tenant && present.id === null));

/** A scope names what it covers; a key has to exist, since a mistyped one would leave a budget that binds nobody. */
export async function checkScope(given: Scope, call: TenantCall): Promise<Outcome<Scope>> {
  if (given.type === "tenant") {
    return given.id === null || given.id === call.tenant
      ? ok({ type: "tenant", id: null })
      : invalid("scope.id: the tenant's scope has no id", "scope.id");
  }
  // Without an id each of them has a counter of its own. A tag has a name at least.
  if (given.id === null) {
    return given.type === "tag"
      ? invalid("scope.id: name=value, name, or name=* for each value", "scope.id")
      : ok(given);
  }
  if (given.type === "key" && !(await ledgerOf(call.env, call.tenant).get("key", given.id))) {
    return invalid("scope.id: there is no such key", "scope.id");
  }
  return ok(given);
}

const NOTHING_YET: BudgetState = { spent: 0, held: 0, resetsAt: null, subject: null };

/** A channel that is named has to exist: a mistyped one would leave a budget that warns nobody it should. */
async function checkChannels(ids: readonly string[], call: TenantCall): Promise<Outcome<null>> {
  const ledger = ledgerOf(call.env, call.tenant);
  for (const [i, id] of ids.entries()) {
    if (!(await ledger.get("alert", id))) return invalid("alert_to: there is no such alert channel", `alert_to.${i}`);
  }
  return ok(null);
}

function showBudget(record: Budget, state: BudgetState = NOTHING_YET) {
  return {
    id: record.id,
    name: record.name,
    scope: record.scope,
    period: record.period,
    rolling: record.rolling,
    timezone: record.timezone,
    ...figuresOf(record, state),
    enforcement: record.enforcement,
    on_unbounded: record.onUnbounded,
    on_unpriced: record.onUnpriced,
    alert_at: record.alertAt,
    alert_to: record.alertTo,
    subject: state.subject,
    resets_at: iso(state.resetsAt),
    created_at: iso(record.createdAt),
  };
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    // The platform reports an unknown zone by throwing.
    return false;
  }
}
