/** Rate limits: of a scope of any kind, and as keys, users and teams have them on their own records. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import type { RateLimitRecord, RateLimits } from "../core/policy.ts";
import { type RatedKind, rateId, rateOwner } from "../core/rates.ts";
import { ledgerOf } from "../db/ledger.ts";
import { checkScope, isScope, scopeInput } from "./budgets.ts";
import { type App, invalid, type TenantCall } from "./call.ts";
import { iso, name } from "./input.ts";
import { type Rates, rateLimit, type UsedRates } from "./rate-limit-shapes.ts";
import { given, mountResource } from "./resource.ts";

const most = z.int().positive().nullable().optional();
const figures = {
  requests_per_minute: most,
  requests_per_day: most,
  tokens_per_minute: most,
  tokens_per_day: most,
  concurrent: most,
};

/** A record's own rate limits; null for none. */
export const rateLimits = z.strictObject(figures);
type Input = z.output<typeof rateLimits>;

/** The figures that `input` names, over those that there are. */
export const ratesFrom = (input: Input, current: RateLimits = {}): RateLimits => ({
  ...current,
  ...given({
    requestsPerMinute: input.requests_per_minute,
    requestsPerDay: input.requests_per_day,
    tokensPerMinute: input.tokens_per_minute,
    tokensPerDay: input.tokens_per_day,
    concurrent: input.concurrent,
  }),
});

export const showRates = (rates: RateLimits): Rates => ({
  requests_per_minute: rates.requestsPerMinute ?? null,
  requests_per_day: rates.requestsPerDay ?? null,
  tokens_per_minute: rates.tokensPerMinute ?? null,
  tokens_per_day: rates.tokensPerDay ?? null,
  concurrent: rates.concurrent ?? null,
});

/** What sets rate limits. */
interface Rated {
  id: string;
  rates: RateLimits;
}

/** What counts now of the rate limits that `records` set, in their order. */
export async function usedOf(call: TenantCall, kind: RatedKind, records: readonly Rated[]): Promise<UsedRates[]> {
  const limited = records.filter(({ rates }) => Object.values(showRates(rates)).some((figure) => figure !== null));
  // Most keys have none: then there is nothing to ask the ledger for.
  const ids = limited.map(({ id }) => id);
  const states = ids.length === 0 ? {} : await ledgerOf(call.env, call.tenant).rateStates(kind, ids);
  return records.map(({ id }) => {
    const used = (figure: keyof RateLimits) => {
      const state = states[rateId(rateOwner(kind, id), figure)];
      return state
        ? { used: state.spent, held: state.held, subject: state.subject, frees_at: iso(state.resetsAt) }
        : null;
    };
    return {
      requests_per_minute: used("requestsPerMinute"),
      requests_per_day: used("requestsPerDay"),
      tokens_per_minute: used("tokensPerMinute"),
      tokens_per_day: used("tokensPerDay"),
      concurrent: used("concurrent"),
    };
  });
}

/** Mounts `/rate-limits`. */
export function mountRateLimits(app: App): void {
  mountResource(app, {
    kind: "rateLimit",
    path: "rate-limits",
    noun: "rate limit",
    action: "budgets",
    create: z.strictObject({ name: name.default("Rate limit"), scope: scopeInput, ...figures }),
    patch: z.strictObject({ name: name.optional(), scope: scopeInput.optional(), ...figures }),
    shown: rateLimit,
    example: { name: "One user", scope: { type: "user" }, requests_per_minute: 60 },
    config: { carriesSecret: () => false },
    make: async (input, call) => {
      const checked = await checkScope(input.scope, call);
      if (!checked.ok) return checked;
      const rates = ratesFrom(input);
      if (Object.values(rates).every((figure) => figure === null)) {
        return invalid("requests_per_minute: give a figure at least", "requests_per_minute");
      }
      const record: RateLimitRecord = {
        id: newId("rate", call.now),
        name: input.name,
        scope: checked.value,
        ...rates,
        createdAt: call.now,
      };
      return ok({ record });
    },
    change: async (input, current, call) => {
      if (input.scope && !isScope(input.scope, current.scope, call)) {
        return invalid("scope: cannot be changed. Make another rate limit.", "scope");
      }
      return ok({ ...given({ name: input.name }), ...ratesFrom(input) });
    },
    show: async (records, call) => {
      const used = await usedOf(
        call,
        "rateLimit",
        records.map((record) => ({ id: record.id, rates: record })),
      );
      return records.map((record, index) => ({
        id: record.id,
        name: record.name,
        scope: record.scope,
        ...showRates(record),
        used: used[index],
        created_at: iso(record.createdAt),
      }));
    },
  });
}
