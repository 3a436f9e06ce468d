/** Rate limits as the API shows them: the figures that are set, and what is used of them now. */
import * as z from "zod";
import { scope } from "./budget-shapes.ts";
import { time } from "./shapes.ts";

export const RATE_FIGURES = [
  "requests_per_minute",
  "requests_per_day",
  "tokens_per_minute",
  "tokens_per_day",
  "concurrent",
] as const;
export type RateFigure = (typeof RATE_FIGURES)[number];

const ofEach = <S extends z.ZodType>(each: S): Record<RateFigure, S> => ({
  requests_per_minute: each,
  requests_per_day: each,
  tokens_per_minute: each,
  tokens_per_day: each,
  concurrent: each,
});

/** The figures that a record sets; null for no limit. */
export const rates = z.strictObject(ofEach(z.int().nullable()));
export type Rates = z.infer<typeof rates>;

const usedOfOne = z
  .strictObject({
    used: z.int(),
    held: z.int().meta({ description: "By requests that run, or are about to." }),
    subject: z
      .string()
      .nullable()
      .meta({ description: "Of a limit that counts apart: whose these are, who used most." }),
    frees_at: time.nullable().meta({ description: "When the oldest of what counts falls out." }),
  })
  .nullable();
/** What counts now; null where there is no limit. */
export const usedRates = z.strictObject(ofEach(usedOfOne));
export type UsedRates = z.infer<typeof usedRates>;

export const rateLimit = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope,
  ...rates.shape,
  used: usedRates,
  created_at: time,
});
export type RateLimit = z.infer<typeof rateLimit>;
