/** A request as it goes to a target, in the dialect that its provider speaks. */
import { gatewayError } from "../../core/errors.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import type { Credential } from "../../core/policy.ts";
import type { Target } from "../../routing/targets.ts";
import { type Asked, type Leg, providerFor, sameDialect } from "./leg.ts";
import { translated } from "./translated.ts";

/** `asked`, prepared for `target`. `onUnsupported`: what becomes of fields that the target has no like of. */
export async function legFor(
  asked: Asked,
  target: Target,
  credentials: readonly Credential[],
  onUnsupported: "refuse" | "drop",
): Promise<Outcome<Leg>> {
  const provider = providerFor(target.provider, credentials);
  if (!provider) return fail(gatewayError("not_found", `There is no provider ${target.provider.slice(0, 64)}.`));
  const same = sameDialect(asked, provider, target.model);
  return same ? ok(same) : translated(asked, provider, target.model, onUnsupported);
}
