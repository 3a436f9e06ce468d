/** From a request at a unified entry to the leg that it takes: its body is read, its model's name resolved. */
import { gatewayError } from "../../core/errors.ts";
import type { HeaderReader } from "../../core/header-map.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import type { KeyMode } from "../../core/usage.ts";
import type { Env } from "../../env.ts";
import type { Grant, Wallet } from "../../wallet/types.ts";
import type { BodyReader } from "../body.ts";
import { identify } from "../identify.ts";
import { readLabels } from "../labels.ts";
import { factsOf, likelyNeed } from "../read-call.ts";
import { openRoute } from "../route/open-route.ts";
import type { Entry } from "./entry.ts";
import { type Asked, nameIn, type Opened, providerFor } from "./leg.ts";
import { legFor } from "./leg-for.ts";
import { isKnownName, targetOf } from "./resolve.ts";

export interface Arriving {
  entry: Entry;
  read: BodyReader;
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
export async function readAsked({ entry, search, read }: Arriving): Promise<Outcome<Asked>> {
  const body = await read(entry.endpoint.dialect !== null || entry.kind === "count");
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
    const leg = { place: { provider: family, endpoint, path, search }, body, translation: null, dropped: [] };
    return ok({ leg, asked: body, endpoint: endpoint.name, family: family.slug, routed: null });
  }
  const grant = await grantFor(of, asked, name);
  if (!grant.ok) return grant;
  const named = { name, chosen };
  const first = await openNamed(of, asked, { ...named, grant: grant.value });
  const newer = first.isByPolicy ? await of.wallet.renew() : null;
  return newer ? (await openNamed(of, asked, { ...named, grant: newer })).opened : first.opened;
}

/**
 * The leg of a request that names a route or a model. `isByPolicy`: a newer one may say otherwise, of a route that cannot
 * take the request, and of a name that nothing has.
 */
async function openNamed(
  of: Arriving,
  asked: Asked,
  { name, chosen, grant }: { name: string; chosen: string | null; grant: Grant },
): Promise<{ opened: Outcome<Opened>; isByPolicy: boolean }> {
  const { endpoint, family } = asked.entry;
  const known = knowing(of, grant);
  const route = grant.routes.find(({ id }) => id === (chosen ?? name));
  if (route) {
    const opened = await openRoute({ ...of, has: known.has }, asked, { grant, route });
    return { opened, isByPolicy: !opened.ok };
  }
  if (chosen !== null) {
    const opened = fail(gatewayError("not_found", `There is no route ${chosen.slice(0, 64)}.`));
    return { opened, isByPolicy: true };
  }
  const naming = { ...known, name };
  const leg = await legFor(asked, targetOf(naming), grant.credentials, "refuse");
  const opened = leg.ok
    ? ok({ leg: leg.value, asked: asked.body, endpoint: endpoint.name, family: family.slug, routed: null })
    : leg;
  return { opened, isByPolicy: !isKnownName(naming) };
}

/** Who asks. The call that tells brings a lease along, for the target that is likely: which one it is, credentials tell. */
async function grantFor(of: Arriving, asked: Asked, name: string): Promise<Outcome<Grant>> {
  const labels = readLabels(of.headers);
  if (!labels.ok) return labels;
  const { provider: slug, model } = targetOf({ ...knowing(of, null), name });
  const { endpoint, family } = asked.entry;
  const provider = providerFor(slug, []) ?? family;
  const place = { provider, endpoint, path: asked.entry.path, search: asked.search };
  const most = () => {
    const facts = factsOf(place, asked.body);
    if (!facts.ok) return { nanos: 0, tokens: 0 };
    return likelyNeed({ arrivedAt: of.arrivedAt, place, facts: { ...facts.value, model }, body: asked.body });
  };
  return identify(of.wallet, of.hash, { ...labels.value, provider: slug, model, most });
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
