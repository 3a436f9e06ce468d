/** Requests that let the provider answer with another model than the one they name: whose budgets that would be, nobody knows before. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { Limit } from "../core/policy.ts";
import { countsEach } from "../core/scope.ts";
import type { Call } from "./call.ts";
import type { Holder } from "./hold.ts";
import { ledgerUnavailable } from "./identify.ts";

/**
 * The refusal where a hard budget of another of the models would be evaded; null where there is none. `limits`: those of the
 * model that is named.
 */
export async function refusalOfAlternatives(
  { facts, scope }: Call,
  wallet: Holder,
  limits: readonly Limit[],
): Promise<GatewayError | null> {
  for (const model of facts.alternatives) {
    if (model === scope.model) continue;
    const its = { ...scope, model };
    const ofIt = wallet.limitsOn(its) ?? (await wallet.askLimits(its));
    if (!ofIt) return ledgerUnavailable();
    const evaded = ofIt.find((limit) => isBinding(limit) && (countsEach(limit.scope) || !limits.includes(limit)));
    if (evaded) return refusal(evaded, model);
  }
  return null;
}

const isBinding = ({ scope, enforcement, onUnbounded, isRate }: Limit): boolean =>
  scope.type === "model" && enforcement === "hard" && onUnbounded === "block" && !isRate;

const refusal = ({ id, name }: Limit, model: string) =>
  gatewayError(
    "unbounded_cost",
    `The provider may answer this request with ${model}, which has the hard budget "${name}": name one model, or use a route.`,
    { details: { budget: id, model, reason: "the provider chooses the model" } },
  );
