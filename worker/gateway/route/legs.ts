/** The legs of a call: as its route has them, or the one that it is. */
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import { permit } from "../../core/permit.ts";
import type { Call } from "../call.ts";
import { pull, type Wishes } from "../levers.ts";
import { factsIn } from "../read-call.ts";
import type { Leg, OpenedRoute } from "../unified/leg.ts";
import type { LegSource } from "./types.ts";

/** The legs of `call`, which is itself the first of them, with `accesses`. */
export function legsOf(call: Call, routed: OpenedRoute | null, accesses: LegSource["accesses"]): LegSource[] {
  const { provider, model } = call.scope;
  if (!routed) return [{ target: { provider, model }, accesses, open: async () => ok(call) }];
  return routed.targets.map(({ target, wishes, leg }, i) => ({
    target,
    accesses: i === 0 ? accesses : null,
    open: async () => {
      if (i === 0) return ok(call);
      const made = await leg();
      return made.ok ? callAt(call, made.value, wishes) : made;
    },
  }));
}

/** `call` as it goes to another target. */
function callAt(call: Call, leg: Leg, wishes: Wishes): Outcome<Call> {
  const { place, body, translation, dropped } = leg;
  const read = factsIn(call.mode, place, body);
  if (!read.ok) return read;
  const { facts, model } = read.value;
  const { slug: provider } = place.provider;
  const { unified } = call;
  const permitted = permit(call.grant.key, {
    provider,
    endpoint: unified?.endpoint ?? place.endpoint.name,
    models: [model, ...facts.alternatives],
  });
  if (!permitted.ok) return fail(permitted.error);
  const there = {
    ...call,
    place,
    body,
    facts,
    scope: { ...call.scope, provider, model },
    search: place.search,
    // A credential that the client brings is for one provider.
    bringsCredential: call.bringsCredential && provider === call.place.provider.slug,
    unified: unified && { ...unified, translation, dropped },
  };
  return ok(pull(there, wishes, call.levers.keepsPrompts));
}
