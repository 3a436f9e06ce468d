/** Which target a request would take, and why: nothing is sent. */
import * as z from "zod";
import type { HealthView } from "../core/health-view.ts";
import { ok } from "../core/outcome.ts";
import { permit } from "../core/permit.ts";
import type { PriceRecord } from "../core/policy.ts";
import { budgetsIn, type RouteRecord } from "../core/route.ts";
import { countsEach } from "../core/scope.ts";
import { ledgerOf } from "../db/ledger.ts";
import { difficultyOf } from "../routing/difficulty.ts";
import { featuresOf } from "../routing/features.ts";
import { guessedCost } from "../routing/guess.ts";
import { planRoute, sticky } from "../routing/plan.ts";
import { wasLarge } from "../routing/session-size.ts";
import type { Target } from "../routing/targets.ts";
import { type Answer, type App, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { label, readBody, tags } from "./input.ts";
import { explanation } from "./route-shapes.ts";

const USUAL_INPUT_TOKENS = 1_000;
/** As requests are guessed at: bytes of JSON for a token. */
const BYTES_PER_TOKEN = 4;

const explained = z.strictObject({
  request: z.strictObject({
    tags: tags.default({}),
    user: label.nullable().default(null),
    team: label.nullable().default(null),
    key: label.nullable().default(null),
    session: label.nullable().default(null),
    model: label.optional().meta({ description: "As the client names it; the route's name where it is left out." }),
    endpoint: z.string().max(100).default("chat/completions"),
    stream: z.boolean().default(false),
    input_tokens: z
      .int()
      .nonnegative()
      .optional()
      .meta({ description: "A quarter of the body's bytes where it is left out; without a body, 1000." }),
    max_output_tokens: z.int().nonnegative().nullable().default(null),
    body: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "A request in any dialect: `auto` reads from it how hard it is." }),
  }),
});

/** Mounts `/routes/{name}/explain`. */
export function mountRouteExplanation(app: App): void {
  mount(app, "/tenants/:tenant/routes/:id/explain", {
    POST: {
      summary: "Says which target a request would take now, and why. Nothing is sent.",
      body: explained,
      example: { request: { tags: { env: "prod" }, input_tokens: 2_000 } },
      answers: explanation,
      does: forTenant("read", explain),
    },
  });
}

/** By the prices, the budgets and the health of now. */
async function explain(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, explained);
  if (!body.ok) return body;
  const ledger = ledgerOf(call.env, call.tenant);
  const route = await ledger.get("route", call.params.id ?? "");
  if (!route) return notFound("route");
  const { request } = body.value.input;
  const { input_tokens, max_output_tokens: maxOutputTokens, model = route.id, body: sample, ...rest } = request;
  const { session } = request;
  const inputTokens = input_tokens ?? (sample ? tokensOf(sample) : USUAL_INPUT_TOKENS);
  const [key, prices, health, budgetsUsed] = await Promise.all([
    request.key === null ? null : ledger.get("key", request.key),
    ledger.list("price", { limit: 500, cursor: null }).then((page): PriceRecord[] => page.items.reverse()),
    ledger.providerHealth(),
    usedOf(call, route),
  ]);
  const plan = planRoute(route, {
    traits: { ...rest, model, inputTokens, maxOutputTokens, budgetsUsed },
    now: call.now,
    random: session === null ? Math.random : sticky(session),
    costNanos: guessedCost({ prices, inputTokens, maxOutputTokens, now: call.now }),
    firstTokenMs: (target) => firstTokenOf(of(health, target)),
    isHealthy: (target) => isSound(of(health, target)),
    difficulty: () => difficultyOf(featuresOf(sample ?? {}, { inputTokens, maxOutputTokens, media: 0 })),
    wasLarge: session !== null && wasLarge({ tenant: call.tenant, route: route.id, session }, call.now),
  });
  const shown = ({ provider, model: name, reason }: Target & { reason: string }) => ({
    model: `${provider}/${name}`,
    reason,
  });
  const isAllowed = ({ provider, model: name }: Target): boolean =>
    key === null || permit(key, { provider, endpoint: request.endpoint, models: [name] }).ok;
  const denied = plan.targets.filter((target) => !isAllowed(target));
  return ok({
    route: route.id,
    version: route.version,
    targets: plan.targets.filter(isAllowed).map(shown),
    skipped: [...plan.skipped, ...denied.map((one) => ({ ...one, reason: "the key may not use it" }))].map(shown),
  });
}

const tokensOf = (body: object): number =>
  Math.ceil(new TextEncoder().encode(JSON.stringify(body)).byteLength / BYTES_PER_TOKEN);

const of = (health: readonly HealthView[], { provider, model }: Target): HealthView[] =>
  health.filter((one) => one.provider === provider && one.model === model);

/** As isolates see it: where there is a credential that is not left alone, or none was tried. One that is half open is due. */
const isSound = (known: readonly HealthView[]): boolean =>
  known.length === 0 || known.some(({ state }) => state !== "open");

function firstTokenOf(known: readonly HealthView[]): number | null {
  const measured = known.flatMap(({ firstTokenMs }) => firstTokenMs ?? []);
  return measured.length > 0 ? Math.min(...measured) : null;
}

/** How much is spent of the budgets that the route asks for, in percent. */
async function usedOf({ env, tenant }: TenantCall, route: RouteRecord): Promise<Map<string, number>> {
  const used = new Map<string, number>();
  const names = new Set(budgetsIn(route));
  if (names.size === 0) return used;
  const ledger = ledgerOf(env, tenant);
  const [{ items }, states] = await Promise.all([
    ledger.list("budget", { limit: 5_000, cursor: null }),
    ledger.budgetStates(),
  ]);
  for (const { id, name, limit, scope } of items) {
    const state = states[id];
    if (!state || countsEach(scope)) continue;
    const percent = limit === 0 ? 100 : (100 * state.spent) / limit;
    for (const called of [id, name]) if (names.has(called)) used.set(called, percent);
  }
  return used;
}
