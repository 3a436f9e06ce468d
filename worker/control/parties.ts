/** Teams and users of a tenant: names for scopes of keys and budgets. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import type { App } from "./call.ts";
import { iso, label, name } from "./input.ts";
import { party } from "./party-shapes.ts";
import { rateLimits, ratesFrom, showRates, usedOf } from "./rate-limits.ts";
import { given, mountResource } from "./resource.ts";

/** Not what an address leaves out of its path: such a one could be neither read nor removed. */
const id = label.refine((text) => !/^\.\.?$/.test(text), "must be more than dots");

/** Mounts `/teams` and `/users`. */
export function mountParties(app: App): void {
  for (const kind of ["team", "user"] as const) {
    mountResource(app, {
      kind,
      path: `${kind}s`,
      noun: kind,
      action: "parties",
      create: z.strictObject({ id: id.optional(), name, rate_limits: rateLimits.optional() }),
      patch: z.strictObject({ name: name.optional(), rate_limits: rateLimits.optional() }),
      shown: party,
      example: kind === "team" ? { id: "search", name: "Search" } : { id: "ada@example.com", name: "Ada" },
      config: { carriesSecret: () => false },
      make: async (input, { now }) =>
        ok({
          record: {
            id: input.id ?? newId(kind, now),
            name: input.name,
            ...(input.rate_limits && { rateLimits: ratesFrom(input.rate_limits) }),
            createdAt: now,
          },
        }),
      change: async ({ name: title, rate_limits: rates }, current) =>
        ok(given({ name: title, rateLimits: rates && ratesFrom(rates, current.rateLimits ?? {}) })),
      show: async (records, call) => {
        const rated = records.map(({ id, rateLimits: rates }) => ({ id, rates: rates ?? {} }));
        const used = await usedOf(call, kind, rated);
        return records.map((record, index) => ({
          id: record.id,
          name: record.name,
          rate_limits: showRates(record.rateLimits ?? {}),
          rate_limits_used: used[index],
          created_at: iso(record.createdAt),
        }));
      },
    });
  }
}
