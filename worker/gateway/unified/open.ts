/** From a request at a unified entry to the leg that it takes: its body is read, its model's name resolved. */
import { gatewayError } from "../../core/errors.ts";
import type { HeaderReader } from "../../core/header-map.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import type { KeyMode } from "../../core/usage.ts";
import type { Env } from "../../env.ts";
import type { Grant, Wallet } from "../../wallet/types.ts";
import { readBody } from "../body.ts";
import { identify } from "../identify.ts";
import { readLabels } from "../labels.ts";
import { factsOf, likelyNeed } from "../read-call.ts";
import { openRoute } from "../route/open-route.ts";
import type { Entry } from "./entry.ts";
import { type Asked, nameIn, type Opened, providerFor } from "./leg.ts";
import { legFor } from "./leg-for.ts";
import { targetOf } from "./resolve.ts";

export interface Arriving {
  entry: Entry;
  request: Request;
  headers: HeaderReader;
  /** The query without our key. */
  search: string;
  env: Env;
  wallet: Wallet;
  hash: string;
  mode: KeyMode;
  arrivedAt: number;
}

/** What is asked for, its body read where a model may be named in it. */
export async function readAsked({ entry, search, request, headers }: Arriving): Promise<Outcome<Asked>> {
  const body = await readBody(request, headers, entry.endpoint.dialect !== null || entry.kind === "count");
  return body.ok ? ok({ entry, body: body.value, search }) : body;
}

/** The leg of a request, or why it has none. */
export async function openEntry(of: Arriving, asked: Asked): Promise<Outcome<Opened>> {
  const { entry, body, search } = asked;
  const { family, endpoint, path } = entry;
  const name = entry.kind === "model" || entry.kind === "count" ? nameIn(asked) : null;
  const chosen = of.headers.get("x-meterr-route");
  if (name === null) {
    // What names no model is the family's.
    const leg = { place: { provider: family, endpoint, path, search }, body, translation: null };
    return ok({ leg, asked: body, endpoint: endpoint.name, family: family.slug, routed: null });
  }
  const grant = await grantFor(of, asked, name);
  if (!grant.ok) return grant;
  const route = grant.value.routes.find(({ id }) => id === (chosen ?? name));
  if (route) return openRoute({ ...of, has: knowing(of, grant.value).has }, asked, { grant: grant.value, route });
  if (chosen !== null) return fail(gatewayError("not_found", `There is no route ${chosen.slice(0, 64)}.`));
  const target = targetOf({ ...knowing(of, grant.value), name });
  const leg = await legFor(asked, target, grant.value.credentials, "refuse");
  return leg.ok ? ok({ leg: leg.value, asked: body, endpoint: endpoint.name, family: family.slug, routed: null }) : leg;
}

/** Who asks. The call that tells brings a lease along, for the target that is likely: which one it is, credentials tell. */
async function grantFor(of: Arriving, asked: Asked, name: string): Promise<Outcome<Grant>> {
  const labels = readLabels(of.headers);
  if (!labels.ok) return labels;
  const { provider: slug, model } = targetOf({ ...knowing(of, null), name });
  const { endpoint, family } = asked.entry;
  const provider = providerFor(slug, []) ?? family;
  const place = { provider, endpoint, path: asked.entry.path, search: asked.search };
  const facts = factsOf(place, asked.body);
  if (!facts.ok) return facts;
  const draft = { arrivedAt: of.arrivedAt, place, facts: { ...facts.value, model }, body: asked.body };
  return identify(of.wallet, of.hash, { ...labels.value, provider: slug, model, most: () => likelyNeed(draft) });
}

/** What is known of the tenant's providers; before its grant is there, that it has all of them. */
export function knowing({ entry, env, mode, arrivedAt }: Arriving, grant: Grant | null) {
  const credentials = grant?.credentials ?? [];
  return {
    family: entry.family.slug,
    own: new Set(credentials.flatMap(({ provider, custom }) => (custom ? [provider] : []))),
    has: (slug: string) =>
      mode === "test" ||
      grant === null ||
      credentials.some(({ provider }) => provider === slug) ||
      Boolean(env[(providerFor(slug, [])?.operatorKey ?? "_API_KEY") as `${string}_API_KEY`]),
    now: arrivedAt,
  };
}
