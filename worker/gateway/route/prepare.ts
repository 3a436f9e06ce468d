/** A leg before it is tried: its request, its credentials, its hold. */
import { gatewayError } from "../../core/errors.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import { isHealthy } from "../../routing/health-book.ts";
import { admit } from "../admit.ts";
import { priceFor } from "../bound-request.ts";
import type { Call } from "../call.ts";
import { accessesFor, type ProviderAccess } from "../credential.ts";
import { withoutFlex } from "../levers.ts";
import type { LegHold } from "./leg-hold.ts";
import type { LegSource, Ready, Routed } from "./types.ts";

/** Tokens that the call's model takes; null where nobody knows. */
export const windowOf = (call: Call): number | null => priceFor(call, call.grant.prices)?.contextWindow ?? null;

/** The leg, admitted; or why it cannot be tried; null where it is not worth it. `tooSmall`: a window that did not do. */
export async function prepare(
  { env }: Routed,
  leg: LegSource,
  at: Pick<Ready, "isFirst" | "isLast"> & { money: LegHold; tooSmall: number | null },
): Promise<Outcome<Ready | null>> {
  const { money, tooSmall, isFirst, isLast } = at;
  const opened = await leg.open();
  if (!opened.ok) return opened;
  const call = opened.value;
  if (tooSmall !== null) {
    // A window that nobody knows may be larger.
    const window = windowOf(call);
    if (window !== null && window <= tooSmall) return ok(null);
  }
  const accesses = leg.accesses ? ok(leg.accesses) : await accessesFor(env, call);
  if (!accesses.ok) return accesses;
  const admitted = await admit(call, money);
  if (!admitted.ok) return admitted;
  if (!money.dispatch()) return fail(gatewayError("invalid_api_key", "This key was revoked."));
  const by = (access: ProviderAccess) => ({ credential: access.credential, now: Date.now() });
  const sound = accesses.value.filter((access) => isHealthy(call.grant.tenant, leg.target, by(access)));
  const others = accesses.value.filter((access) => !sound.includes(access));
  // A stream can be sent once.
  const usable = call.body.kind === "stream" ? accesses.value.slice(0, 1) : [...sound, ...others];
  return ok({ ...admitted.value, target: leg.target, accesses: usable, isFirst, isLast });
}

/** The same leg without the slower tier. What is held covers it: a discount is never counted on. */
export function atStandardTier(ready: Ready): Ready {
  const { call, admission } = ready;
  const levers = { ...call.levers, flex: false };
  return {
    ...ready,
    call: { ...call, levers, body: withoutFlex(call.body) },
    admission: { ...admission, body: withoutFlex(admission.body) },
  };
}
