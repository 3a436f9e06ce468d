/** What the same model would cost at whoever else sells it. */

import type { PriceRecord } from "../../core/policy.ts";
import { NO_TOKENS, type Tokens } from "../../core/usage.ts";
import { costOfUsage, priceFrom, sellersOf } from "../../pricing/index.ts";
import { routeNameOf } from "./flex.ts";
import type { Opportunity } from "./types.ts";

/** What a model was used for in the span, summed. */
export interface ModelUse {
  provider: string;
  model: string;
  requests: number;
  costNanos: number;
  tokens: Pick<Tokens, "input" | "inputCached" | "inputCacheWrite" | "output" | "outputReasoning">;
}

/** An opportunity for each model that another provider sells for less, the cheapest of them. */
export function cheaper(
  uses: readonly ModelUse[],
  { prices, connected, now }: { prices: readonly PriceRecord[]; connected: ReadonlySet<string>; now: number },
): Opportunity[] {
  return uses.flatMap((use) => {
    const { provider, model, requests, costNanos } = use;
    const here = costAt(use, provider, { prices, now });
    if (here === null || here === 0 || costNanos <= 0) return [];
    const others = sellersOf(model, now)
      .filter((seller) => seller !== provider)
      .flatMap((seller) => {
        const cost = costAt(use, seller, { prices, now });
        return cost !== null && cost > 0 && cost < here ? [{ seller, cost }] : [];
      })
      // Among equals, where the tenant has a credential.
      .sort((a, b) => a.cost - b.cost || Number(connected.has(b.seller)) - Number(connected.has(a.seller)));
    const [best] = others;
    if (!best) return [];
    const name = routeNameOf(model);
    return [
      {
        lever: "route",
        subject: { provider, model },
        requests,
        costNanos,
        savingNanos: Math.round(costNanos * (1 - best.cost / here)),
        certainty: "measured",
        basis: `The same tokens at ${best.seller}'s price of ${model}. The route takes the cheaper one as long as it is healthy; clients of the unified API that name ${name} take it without a change.`,
        change: {
          method: "PUT",
          path: `/routes/${name}`,
          body: {
            strategy: "cheapest",
            targets: [{ model: `${best.seller}/${model}` }, { model: `${provider}/${model}` }],
          },
        },
        needs: connected.has(best.seller) ? null : `A credential of ${best.seller}`,
      },
    ];
  });
}

/** In nanodollars, by the mean request: tiers of price go by the size of one, not of all together. */
function costAt(
  { model, requests, tokens }: ModelUse,
  provider: string,
  { prices, now }: { prices: readonly PriceRecord[]; now: number },
): number | null {
  const price = priceFrom(prices, { provider, model, time: now });
  if (!price?.tokens || requests <= 0) return null;
  const mean = Object.fromEntries(Object.entries(tokens).map(([kind, sum]) => [kind, Math.round(sum / requests)]));
  const { nanos } = costOfUsage(price, { ...NO_TOKENS, ...mean });
  return nanos === null ? null : nanos * requests;
}
