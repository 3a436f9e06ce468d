/** Rate limits: of a scope of any kind, and as keys, users and teams have them on their own records. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import type { RateLimitRecord, RateLimits } from "../core/policy.ts";
import { checkScope, scope } from "./budgets.ts";
import { type App, invalid } from "./call.ts";
import { iso, name } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { time } from "./shapes.ts";

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

const shownMost = z.int().nullable();
export const shownRates = {
  requests_per_minute: shownMost,
  requests_per_day: shownMost,
  tokens_per_minute: shownMost,
  tokens_per_day: shownMost,
  concurrent: shownMost,
};

export const showRates = (rates: RateLimits) => ({
  requests_per_minute: rates.requestsPerMinute ?? null,
  requests_per_day: rates.requestsPerDay ?? null,
  tokens_per_minute: rates.tokensPerMinute ?? null,
  tokens_per_day: rates.tokensPerDay ?? null,
  concurrent: rates.concurrent ?? null,
});

/** Mounts `/rate-limits`. */
export function mountRateLimits(app: App): void {
  mountResource(app, {
    kind: "rateLimit",
    path: "rate-limits",
    noun: "rate limit",
    action: "budgets",
    create: z.strictObject({ name: name.default("Rate limit"), scope, ...figures }),
    patch: z.strictObject({ name: name.optional(), scope: scope.optional(), ...figures }),
    shown: z.strictObject({ id: z.string(), name: z.string(), scope, ...shownRates, created_at: time }),
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
    change: async (input, current) => {
      const { scope: other } = input;
      if (other && (other.type !== current.scope.type || other.id !== current.scope.id)) {
        return invalid("scope: cannot be changed. Make another rate limit.", "scope");
      }
      return ok({ ...given({ name: input.name }), ...ratesFrom(input) });
    },
    show: async (records) =>
      records.map((record) => ({
        id: record.id,
        name: record.name,
        scope: record.scope,
        ...showRates(record),
        created_at: iso(record.createdAt),
      })),
  });
}
