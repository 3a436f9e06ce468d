/** From a route's name to the targets that a request takes, in order. */
import { gatewayError } from "../../core/errors.ts";
import type { HeaderReader } from "../../core/header-map.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import { permit } from "../../core/permit.ts";
import type { RouteRecord } from "../../core/route.ts";
import { difficultyOf } from "../../routing/difficulty.ts";
import { featuresOf } from "../../routing/features.ts";
import { guessedCost } from "../../routing/guess.ts";
import { firstTokenMs, isTargetHealthy } from "../../routing/health-book.ts";
import { planRoute, sticky } from "../../routing/plan.ts";
import { noteLarge, wasLarge } from "../../routing/session-size.ts";
import type { Target } from "../../routing/targets.ts";
import type { Grant } from "../../wallet/types.ts";
import { labelsFor, readLabels } from "../labels.ts";
import { factsOf } from "../read-call.ts";
import { placeOf } from "../unified/entry.ts";
import { type Asked, type Leg, nameIn, type Opened, type OpenedRoute } from "../unified/leg.ts";
import { legFor } from "../unified/leg-for.ts";

/** Bytes of JSON for a token of a usual text. */
const BYTES_PER_TOKEN = 4;

/** The request's first leg, and how to make the others. */
export async function openRoute(
  of: { headers: HeaderReader; arrivedAt: number; has(provider: string): boolean },
  asked: Asked,
  { grant, route }: { grant: Grant; route: RouteRecord },
): Promise<Outcome<Opened>> {
  const { endpoint, family } = asked.entry;
  const facts = factsOf(placeOf(asked.entry), asked.body);
  if (!facts.ok) return facts;
  const sent = readLabels(of.headers);
  if (!sent.ok) return sent;
  const labels = labelsFor(grant.key, sent.value);
  const { user, session, tags } = labels.ok ? labels.value : sent.value;
  const inputTokens = asked.body.kind === "json" ? Math.ceil(asked.body.bytes.byteLength / BYTES_PER_TOKEN) : 0;
  const { stream, maxOutputTokens, media } = facts.value;
  const { id: key, team } = grant.key;
  const stay = session === null ? null : { tenant: grant.tenant, route: route.id, session };
  const plan = planRoute(route, {
    traits: {
      ...{ tags, user, team, key, session, model: nameIn(asked) ?? "", endpoint: endpoint.name, stream },
      ...{ inputTokens, maxOutputTokens, budgetsUsed: grant.budgetsUsed },
    },
    now: of.arrivedAt,
    random: session === null ? Math.random : sticky(session),
    costNanos: guessedCost({ prices: grant.prices, inputTokens, maxOutputTokens, now: of.arrivedAt }),
    firstTokenMs: (target) => firstTokenMs(grant.tenant, target),
    isHealthy: (target) => isTargetHealthy(grant.tenant, target, of.arrivedAt),
    difficulty: () => {
      const body = asked.body.kind === "json" ? asked.body.json : {};
      const parts = media.images + media.audio + media.video + media.documents;
      return difficultyOf(featuresOf(body, { inputTokens, maxOutputTokens, media: parts }));
    },
    wasLarge: stay !== null && wasLarge(stay, of.arrivedAt),
  });
  if (stay !== null && plan.size === "large") noteLarge(stay, of.arrivedAt);
  const isAllowed = ({ provider, model }: Target) =>
    permit(grant.key, { provider, endpoint: endpoint.name, models: [model] }).ok;
  const allowed = plan.targets.filter(isAllowed);
  // Where none is allowed, the first one's refusal is recorded like any other.
  const usable = allowed.length > 0 ? allowed : plan.targets.slice(0, 1);
  const shadow = route.shadow ? { route: route.id, model: route.shadow } : null;
  const targets = usable.map((target): OpenedRoute["targets"][number] => ({
    target,
    wishes: {
      flex: target.flex || route.allowLatency === true,
      // What the request could not have gone to would have cost nothing.
      instead: target.instead.filter((other) => isAllowed(other) && of.has(other.provider)),
      shadow,
    },
    leg: () => legFor(asked, target, grant.credentials, route.onUnsupported),
  }));
  const first = await firstOf(targets, route);
  if (!first.ok) return first;
  const { leg, at } = first.value;
  const { retries, timeouts, afterFirstByte, onUnsupported } = route;
  const policy = { retries, timeouts, afterFirstByte, onUnsupported };
  const routed = { policy, targets: targets.slice(at) };
  return ok({ leg, asked: asked.body, endpoint: endpoint.name, family: family.slug, routed });
}

/** The first target that can do what is asked. */
async function firstOf(
  targets: OpenedRoute["targets"],
  { id }: RouteRecord,
): Promise<Outcome<{ leg: Leg; at: number }>> {
  let denied = fail(gatewayError("invalid_request", `No target of the route ${id} takes this request.`));
  for (const [at, { leg }] of targets.entries()) {
    const made = await leg();
    if (made.ok) return ok({ leg: made.value, at });
    if (at === 0) denied = made;
  }
  return denied;
}
