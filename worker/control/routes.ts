/** A tenant's routes: named models, and which target a request would take. */
import * as z from "zod";
import { type Outcome, ok } from "../core/outcome.ts";
import {
  budgetOfField,
  isGroup,
  type RouteNode,
  type RouteRecord,
  type RouteTimeouts,
  targetsIn,
  type Wanted,
  type When,
} from "../core/route.ts";
import { ledgerOf } from "../db/ledger.ts";
import { WHEN_FIELDS } from "../routing/when.ts";
import { type Answer, type App, invalid, notFound, type TenantCall } from "./call.ts";
import { iso, readBody } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { mountRouteExplanation } from "./route-explain.ts";
import { fields, MAX_DEPTH, MAX_TARGETS, type NodeInput, type range, routeName, shownRoute } from "./route-shapes.ts";
import { mountRouteVersions } from "./route-versions.ts";

const put = z.strictObject({
  ...fields,
  strategy: fields.strategy.default("fallback"),
  retries: fields.retries.default({ attempts: 1, max_delay_ms: 5_000 }),
  timeouts: fields.timeouts.default({}),
  after_first_byte: fields.after_first_byte.default("error"),
  on_unsupported: fields.on_unsupported.default("refuse"),
  threshold: fields.threshold.default(null),
  allow_latency: fields.allow_latency.default(false),
  shadow: fields.shadow.default(null),
});
const create = z.strictObject({ name: routeName, ...put.shape });
const patch = z.strictObject(fields).partial();
type Input = z.output<typeof put>;

const EXAMPLE = { targets: [{ model: "openai/gpt-5-mini" }, { model: "anthropic/claude-haiku-4-5" }] };

/** Mounts `/routes`. A route's name is its id. */
export function mountRoutes(app: App): void {
  mountResource(app, {
    kind: "route",
    path: "routes",
    noun: "route",
    action: "routes",
    create,
    patch,
    shown: shownRoute,
    example: { name: "fast", ...EXAMPLE },
    make: async ({ name, ...input }, call) => {
      const record = newRoute(name, input, call.now);
      return record.ok ? ok({ record: record.value }) : record;
    },
    change: async (input, current, call) => {
      const targets = input.targets && nodesOf(input.targets);
      if (targets && !targets.ok) return targets;
      const strategy = input.strategy ?? current.strategy;
      const wrong = strategy === "auto" ? notTwo(targets?.value ?? current.targets, "targets") : null;
      if (wrong) return wrong;
      return ok({
        ...given({
          strategy: input.strategy,
          targets: targets?.value,
          retries: input.retries && retriesOf(input.retries),
          timeouts: input.timeouts && timeoutsOf(input.timeouts),
          afterFirstByte: input.after_first_byte,
          onUnsupported: input.on_unsupported,
          allowLatency: input.allow_latency,
        }),
        ...(input.threshold !== undefined && { threshold: input.threshold ?? undefined }),
        ...(input.shadow !== undefined && { shadow: input.shadow?.model ?? null }),
        changedAt: call.now,
      });
    },
    put: { does: putRoute, body: put, summary: "Makes a route, or replaces it.", example: EXAMPLE },
    show: async (records) => records.map(showRoute),
    config: { carriesSecret: () => false },
  });
  mountRouteExplanation(app);
  mountRouteVersions(app, { show: showRoute, without: NO_OPTIONS });
}

/** What a route may be without, for what replaces one whole: what it does not say is not to stay. */
const NO_OPTIONS = { threshold: undefined, allowLatency: undefined, shadow: undefined };

async function putRoute(call: TenantCall): Promise<Answer> {
  const name = routeName.safeParse(call.params.id ?? "");
  if (!name.success) return invalid(`name: ${name.error.issues[0]?.message}`, "name");
  const body = await readBody(call, put);
  if (!body.ok) return body;
  const made = newRoute(name.data, body.value.input, call.now);
  if (!made.ok) return made;
  const ledger = ledgerOf(call.env, call.tenant);
  const current = await ledger.get("route", name.data);
  if (!current) {
    const created = await ledger.create("route", made.value, call.actor);
    if (created.outcome === "created") return ok(showRoute(made.value));
  }
  const { createdAt: _, ...changes } = made.value;
  const replaced = await ledger.update("route", name.data, { ...NO_OPTIONS, ...changes }, call.actor);
  return replaced ? ok(showRoute(replaced)) : notFound("route");
}

function newRoute(id: string, input: Input, now: number): Outcome<RouteRecord> {
  const targets = nodesOf(input.targets);
  if (!targets.ok) return targets;
  const wrong = input.strategy === "auto" ? notTwo(targets.value, "targets") : null;
  if (wrong) return wrong;
  return ok({
    id,
    version: 1,
    strategy: input.strategy,
    targets: targets.value,
    retries: retriesOf(input.retries),
    timeouts: timeoutsOf(input.timeouts),
    afterFirstByte: input.after_first_byte,
    onUnsupported: input.on_unsupported,
    ...given({ threshold: input.threshold ?? undefined }),
    allowLatency: input.allow_latency,
    shadow: input.shadow?.model ?? null,
    changedAt: now,
    createdAt: now,
  });
}

const retriesOf = ({ attempts, max_delay_ms }: Input["retries"]): RouteRecord["retries"] => ({
  attempts,
  maxDelayMs: max_delay_ms,
});

const timeoutsOf = (input: Input["timeouts"]): RouteTimeouts =>
  given({
    connectMs: input.connect_ms,
    firstByteMs: input.first_byte_ms,
    firstTokenMs: input.first_token_ms,
    stallMs: input.stall_ms,
    totalMs: input.total_ms,
  });

/** The whole tree, or what is wrong in it. */
function nodesOf(input: readonly NodeInput[], path = "targets", depth = 1): Outcome<RouteNode[]> {
  if (depth > MAX_DEPTH) return invalid(`${path}: groups are nested ${MAX_DEPTH} deep at most`, path);
  const nodes: RouteNode[] = [];
  for (const [i, one] of input.entries()) {
    const made = nodeOf(one, `${path}.${i}`, depth);
    if (!made.ok) return made;
    nodes.push(made.value);
  }
  if (depth === 1 && targetsIn({ targets: nodes }).length > MAX_TARGETS) {
    return invalid(`${path}: ${MAX_TARGETS} targets at most`, path);
  }
  return ok(nodes);
}

function nodeOf(input: NodeInput, path: string, depth: number): Outcome<RouteNode> {
  const conditions = whenOf(input.when, `${path}.when`);
  if (!conditions.ok) return conditions;
  const common = { weight: input.weight ?? 1, when: conditions.value };
  if (input.model !== undefined) {
    if (input.strategy || input.targets) return invalid(`${path}: either a model, or a strategy with targets`, path);
    return ok({ model: input.model, ...common, ...given({ serviceTier: input.service_tier }) });
  }
  if (!input.targets) return invalid(`${path}: needs a model, or a strategy with targets`, path);
  const targets = nodesOf(input.targets, `${path}.targets`, depth + 1);
  if (!targets.ok) return targets;
  const strategy = input.strategy ?? "fallback";
  const wrong = strategy === "auto" ? notTwo(targets.value, path) : null;
  return wrong ?? ok({ strategy, targets: targets.value, ...common, ...given({ threshold: input.threshold }) });
}

/** `auto` chooses between a small target and a large one. */
const notTwo = (targets: readonly RouteNode[], path: string): Outcome<never> | null =>
  targets.length === 2 ? null : invalid(`${path}: auto has two targets, the small one first`, path);

function whenOf(input: NodeInput["when"], path: string): Outcome<When | null> {
  if (!input) return ok(null);
  const all: Record<string, Wanted> = {};
  for (const [field, value] of Object.entries(input)) {
    const kind = kindOf(field);
    const at = `${path}.${field}`;
    if (!kind) {
      return invalid(`${at}: unknown; tags.<name>, budget.<name>.used, ${Object.keys(WHEN_FIELDS).join(", ")}`, at);
    }
    const wanted = typeof value === "string" ? [value] : value;
    const given = Array.isArray(wanted) ? "text" : typeof wanted === "boolean" ? "boolean" : "number";
    if (given !== kind) return invalid(`${at}: must be a ${kind === "number" ? "range {at_least, below}" : kind}`, at);
    all[field] = Array.isArray(wanted) || typeof wanted === "boolean" ? wanted : rangeOf(wanted);
  }
  return ok(all);
}

function kindOf(field: string): "text" | "number" | "boolean" | undefined {
  if (field.startsWith("tags.")) return "text";
  if (budgetOfField(field) !== null) return "number";
  return Object.hasOwn(WHEN_FIELDS, field) ? WHEN_FIELDS[field] : undefined;
}

const rangeOf = ({ at_least, below }: z.output<typeof range>) => given({ atLeast: at_least, below });

const showRoute = (record: RouteRecord) => ({
  name: record.id,
  version: record.version,
  strategy: record.strategy,
  targets: record.targets.map(showNode),
  retries: { attempts: record.retries.attempts, max_delay_ms: record.retries.maxDelayMs },
  timeouts: given({
    connect_ms: record.timeouts.connectMs,
    first_byte_ms: record.timeouts.firstByteMs,
    first_token_ms: record.timeouts.firstTokenMs,
    stall_ms: record.timeouts.stallMs,
    total_ms: record.timeouts.totalMs,
  }),
  after_first_byte: record.afterFirstByte,
  on_unsupported: record.onUnsupported,
  ...given({ threshold: record.threshold }),
  allow_latency: record.allowLatency ?? false,
  shadow: record.shadow ? { model: record.shadow } : null,
  changed_at: iso(record.changedAt),
  created_at: iso(record.createdAt),
});

function showNode(one: RouteNode): Record<string, unknown> {
  const common = { weight: one.weight, ...(one.when && { when: showWhen(one.when) }) };
  if (isGroup(one)) {
    const { strategy, targets, threshold } = one;
    return { strategy, targets: targets.map(showNode), ...common, ...given({ threshold }) };
  }
  return { model: one.model, ...common, ...given({ service_tier: one.serviceTier }) };
}

const showWhen = (conditions: When): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(conditions).map(([field, wanted]) => [
      field,
      typeof wanted === "boolean" || Array.isArray(wanted)
        ? wanted
        : given({ at_least: (wanted as { atLeast?: number }).atLeast, below: (wanted as { below?: number }).below }),
    ]),
  );
