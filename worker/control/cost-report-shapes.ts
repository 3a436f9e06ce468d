/** Shapes of the cost report. */
import * as z from "zod";
import { SAVING_REASONS } from "../core/usage.ts";
import { money, time } from "./shapes.ts";

const spending = {
  requests: z.int(),
  tokens: z.strictObject({ input: z.int(), input_cached: z.int(), output: z.int() }),
  cost_usd: money,
  saved_usd: money,
};
const reason = z.enum(SAVING_REASONS);

const opportunity = z.strictObject({
  lever: z.enum(["cache", "prompt_cache", "flex", "route", "auto"]),
  subject: z.strictObject({
    key: z.string().nullable(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    route: z.string().nullable(),
  }),
  requests: z.int(),
  cost_usd: money.meta({ description: "What the requests that it is about cost." }),
  saving_usd: money.meta({ description: "Estimates of several levers overlap: they do not add up." }),
  certainty: z.enum(["measured", "estimated", "at_most"]).meta({
    description:
      "By the same tokens at known prices; by what the requests looked like; or if all of them can do with it, which nobody can tell from here.",
  }),
  basis: z.string().meta({ description: "How the figure came to be." }),
  change: z
    .strictObject({ method: z.enum(["PATCH", "PUT"]), path: z.string(), body: z.record(z.string(), z.unknown()) })
    .meta({ description: "The call that switches it on." }),
  needs: z.string().nullable().meta({ description: "What has to be there before." }),
});

export type Possible = z.output<typeof opportunity>;

export const costReport = z.strictObject({
  from: time,
  to: time,
  spent: z.strictObject({
    requests: z.int(),
    unpriced: z.int().meta({ description: "Requests whose cost is not known, and is not in the sums." }),
    cost_usd: money,
    by_model: z.array(z.strictObject({ provider: z.string(), model: z.string(), ...spending })),
    by_provider: z.array(z.strictObject({ provider: z.string(), ...spending })),
    by_key: z.array(z.strictObject({ key: z.string().nullable(), ...spending })),
  }),
  saved: z.strictObject({
    saved_usd: money,
    part: z.number().nullable().meta({ description: "Of what it would have cost: 0.4 is two fifths." }),
    by_reason: z.array(z.strictObject({ reason, requests: z.int(), saved_usd: money })),
    step: z.enum(["hour", "day"]),
    over_time: z.array(z.strictObject({ time, reason, saved_usd: money })),
  }),
  possible: z.array(opportunity).meta({ description: "The largest first." }),
  judged: z.strictObject({ requests: z.int(), from: time.nullable() }).meta({
    description: "The newest requests of the span, by which `possible` was estimated, and since when they are.",
  }),
});
export type CostReport = z.output<typeof costReport>;
