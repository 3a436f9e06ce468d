/** From bytes to a call: the body's facts, the key's grant, the labels, and whether the key may ask for this. */

import type { ReadKey } from "../auth/secrets.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { HeaderReader } from "../core/header-map.ts";
import { isObject } from "../core/json.ts";
import type { Amounts } from "../core/lease.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { permit } from "../core/permit.ts";
import type { KeyMode } from "../core/usage.ts";
import { NO_FACTS } from "../dialects/facts.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { RequestFacts } from "../dialects/types.ts";
import { boundOf } from "../pricing/index.ts";
import { sandboxModel } from "../providers/sandbox/index.ts";
import type { Wallet } from "../wallet/types.ts";
import type { BodyReader, RequestBody } from "./body.ts";
import { boundRequestOf, priceFor } from "./bound-request.ts";
import type { Call } from "./call.ts";
import { identify } from "./identify.ts";
import { keptUntil } from "./keep-bodies.ts";
import { labelsFor, readLabels } from "./labels.ts";
import { keepsPrompts, NO_WISHES, pull } from "./levers.ts";
import { contextOf, type Place } from "./locate.ts";
import type { PresentedKey } from "./present-key.ts";
import type { Opened } from "./unified/leg.ts";

/** What a call is read from. */
export interface CallSource {
  read: BodyReader;
  headers: HeaderReader;
  id: string;
  arrivedAt: number;
  mode: KeyMode;
  hash: ReadKey["hash"];
  place: Place;
  /** What a unified entry has read already. */
  opened: Opened | null;
  presented: PresentedKey;
  wallet: Wallet;
}

/** The call, and the refusal where its key may not make it: then it is recorded as denied. */
export async function readCall(of: CallSource): Promise<Outcome<{ call: Call; refusal: GatewayError | null }>> {
  const { place } = of;
  const sent = readLabels(of.headers);
  if (!sent.ok) return sent;
  const { opened } = of;
  const body = opened ? ok(opened.leg.body) : await of.read(place.endpoint.dialect !== null);
  if (!body.ok) return body;
  const read = factsIn(of.mode, place, body.value);
  if (!read.ok) return read;
  const { model } = read.value;
  const { serviceTierHeader } = place.provider;
  const serviceTier = serviceTierHeader && of.headers.get(serviceTierHeader);
  const facts = serviceTier ? { ...read.value.facts, serviceTier } : read.value.facts;

  const draft = { arrivedAt: of.arrivedAt, place, facts, body: body.value };
  const grant = await identify(of.wallet, of.hash, {
    ...sent.value,
    provider: place.provider.slug,
    model,
    most: () => likelyNeed(draft),
  });
  if (!grant.ok) return grant;
  const { key } = grant.value;
  const labels = labelsFor(key, sent.value);
  const asRead: Omit<Call, "levers"> = {
    ...draft,
    id: of.id,
    mode: of.mode,
    grant: grant.value,
    scope: {
      key: key.id,
      team: key.team,
      provider: place.provider.slug,
      model,
      ...(labels.ok ? labels.value : { user: key.user, session: null, tags: key.tags }),
    },
    search: opened ? place.search : of.presented.search,
    bringsCredential: of.presented.bringsCredential && (!opened || opened.family === place.provider.slug),
    unified: opened && {
      endpoint: opened.endpoint,
      asked: opened.asked,
      translation: opened.leg.translation,
      dropped: opened.leg.dropped,
    },
    bodiesUntil: keptUntil(key, of.headers, of.arrivedAt),
  };
  const wishes = opened?.routed?.targets[0]?.wishes ?? NO_WISHES;
  const call = pull(asRead, wishes, keepsPrompts(of.headers, key, opened !== null));
  // Refused by its record, not by an early end: the lease that came with the identity has to go back.
  if (!labels.ok) return ok({ call, refusal: labels.error });
  const permitted = permit(key, {
    provider: place.provider.slug,
    endpoint: opened?.endpoint ?? place.endpoint.name,
    models: namesModel(place) ? [model, ...facts.alternatives] : [],
  });
  return ok({ call, refusal: permitted.ok ? null : permitted.error });
}

/** Whether a request there is one to a model, be it that none is named. */
const namesModel = ({ endpoint: { dialect, model }, isSocket }: Place): boolean =>
  dialect !== null || model !== null || isSocket === true;

/** Formats in which a body without a model is no request. */
const NEED_MODEL: ReadonlySet<string> = new Set(["chat", "completions", "messages", "embeddings"]);

/** Longer than any model's name: it becomes part of records and of a header. */
const MAX_MODEL_CHARS = 256;

/** The facts of `body` at `place`, and its model's name. */
export function factsIn(
  mode: KeyMode,
  place: Place,
  body: RequestBody,
): Outcome<{ facts: RequestFacts; model: string }> {
  const read = factsOf(place, body);
  if (!read.ok) return read;
  // Behind a test model's name stand the sandbox's options, which are no part of its name.
  const model = mode === "test" ? sandboxModel(read.value.model ?? "") : (read.value.model ?? "");
  return ok({ facts: { ...read.value, model: read.value.model === null ? null : model }, model });
}

/** The facts of `body` at `place`. */
export function factsOf(place: Place, body: RequestBody): Outcome<RequestFacts> {
  const { dialect, model } = place.endpoint;
  let named: RequestFacts = { ...NO_FACTS, model };
  if (dialect !== null && (body.kind === "json" || body.kind === "form")) {
    const facts = DIALECTS[dialect].facts(body.json, contextOf(place));
    // A model in the path wins: Azure's deployment is what answers, whatever the body says.
    named = { ...facts, model: model ?? facts.model };
    if (named.model === null && NEED_MODEL.has(dialect) && !isObject(body.json.model)) {
      return fail(gatewayError("invalid_request", 'The request has no "model".'));
    }
  }
  if (named.model !== null && (named.model.length > MAX_MODEL_CHARS || !named.model.isWellFormed())) {
    return fail(
      gatewayError("invalid_request", `The model's name is no text of at most ${MAX_MODEL_CHARS} characters.`),
    );
  }
  // A server that decodes `cheap%2f..%2fdear` would answer with another model than the one that was allowed.
  if (model?.includes("/..")) return fail(gatewayError("invalid_request", "The path names no model."));
  return ok(named);
}

/** What the request will probably have to hold: so that the call that tells who the key is brings it along. */
export function likelyNeed(draft: Pick<Call, "arrivedAt" | "place" | "facts" | "body">): Amounts {
  const price = draft.place.endpoint.billing === "metered" ? priceFor(draft) : null;
  const bound = price ? boundOf(boundRequestOf(draft, price)) : null;
  if (bound?.outcome !== "bounded") return { nanos: 0, tokens: 0 };
  return { nanos: bound.nanos, tokens: bound.inputTokens + bound.outputTokens };
}
