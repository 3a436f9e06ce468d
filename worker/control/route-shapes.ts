/** Routes as the API takes and shows them. */
import * as z from "zod";
import { STRATEGIES } from "../core/route.ts";
import { pageOf, time } from "./shapes.ts";

export const MAX_DEPTH = 4;
export const MAX_TARGETS = 32;
const MAX_ATTEMPTS = 10;
/** A client waits no longer than ten minutes for anything. */
const MAX_MS = 600_000;

/** No slash: `provider/model` is never a route's name. */
export const routeName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "must be letters, digits, dots, dashes and underscores, 64 at most");
const text = z.string().min(1).max(256);
export const range = z.strictObject({ at_least: z.number().optional(), below: z.number().optional() });
const when = z.record(z.string().max(240), z.union([text, z.array(text).min(1).max(64), range, z.boolean()]));

/** A target has a model; a group has a strategy and targets. */
export interface NodeInput {
  model?: string | undefined;
  strategy?: (typeof STRATEGIES)[number] | undefined;
  targets?: NodeInput[] | undefined;
  weight?: number | undefined;
  service_tier?: "flex" | undefined;
  threshold?: number | undefined;
  when?: z.output<typeof when> | undefined;
}
const modelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}\/[^\s\p{Cc}]{1,200}$/u, "must be provider/model");
const threshold = z
  .number()
  .min(0)
  .max(1)
  .meta({ description: "Of `auto`: how hard a request has to be for the second target. 0.4 where it is left out." });
/** Written out level by level, one more than there may be: a schema that names itself has no place in the API's description. */
function nodeSchema(levels: number): z.ZodType<NodeInput> {
  const target = z.strictObject({
    model: modelName.optional(),
    service_tier: z.enum(["flex"]).optional(),
    threshold: threshold.optional(),
    strategy: z.enum(STRATEGIES).optional(),
    weight: z.number().nonnegative().max(1_000_000).optional(),
    when: when.optional(),
  });
  if (levels === 0) return target;
  const targets = z
    .array(nodeSchema(levels - 1))
    .min(1)
    .max(MAX_TARGETS);
  return target.extend({ targets: targets.optional() });
}
const node = nodeSchema(MAX_DEPTH);
const ms = z.int().positive().max(MAX_MS).optional();
/** Of a route's bodies. */
export const fields = {
  strategy: z.enum(STRATEGIES),
  targets: z.array(node).min(1).max(MAX_TARGETS),
  retries: z.strictObject({
    attempts: z.int().min(1).max(MAX_ATTEMPTS).default(1),
    max_delay_ms: z.int().min(0).max(60_000).default(5_000),
  }),
  timeouts: z.strictObject({
    connect_ms: ms,
    first_byte_ms: ms,
    first_token_ms: ms,
    stall_ms: ms,
    total_ms: ms,
  }),
  after_first_byte: z.enum(["error", "verified"]),
  on_unsupported: z.enum(["refuse", "drop"]),
  threshold: threshold.nullable(),
  allow_latency: z.boolean().meta({ description: "Asks for the slower, cheaper tier wherever a target has one." }),
  shadow: z
    .strictObject({ model: modelName })
    .nullable()
    .meta({ description: "Each record tells what its tokens would have cost there. Nothing is sent." }),
};
export const shownRoute = z.strictObject({
  name: routeName,
  version: z.int(),
  strategy: fields.strategy,
  targets: z.array(node),
  retries: z.strictObject({ attempts: z.int(), max_delay_ms: z.int() }),
  timeouts: fields.timeouts,
  after_first_byte: fields.after_first_byte,
  on_unsupported: fields.on_unsupported,
  threshold: threshold.optional(),
  allow_latency: z.boolean(),
  shadow: fields.shadow,
  changed_at: time,
  created_at: time,
});
export type Route = z.infer<typeof shownRoute>;
export type RouteNodeShown = NodeInput;

const routeVersion = shownRoute.extend({
  changed_by: z
    .string()
    .nullable()
    .meta({ description: "As the audit log names who made it so; null where it is not known." }),
});
export const routeVersions = pageOf(routeVersion);
export type RouteVersion = z.infer<typeof routeVersion>;

const reasoned = z.array(z.strictObject({ model: z.string(), reason: z.string() }));
export const explanation = z.strictObject({
  route: z.string(),
  version: z.int(),
  targets: reasoned.meta({ description: "In the order that they are tried." }),
  skipped: reasoned.meta({ description: "What the request does not take." }),
});
export type Explanation = z.infer<typeof explanation>;
