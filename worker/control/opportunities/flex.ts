/** What a slower tier would save where nobody waits for the answer. */
import { targetOf } from "../../core/route.ts";
import type { SampledRequest } from "../../db/report-sample.ts";
import { hasFlexTier, priceOf, priceUnder } from "../../pricing/index.ts";
import { groupBy, type Opportunity, partOf, type Sample, scaled } from "./types.ts";

/** A route's name may not have what some models' names have. */
export const routeNameOf = (model: string): string => model.replaceAll(/[^\w.-]/g, "-").slice(0, 50);

/** An opportunity for each model that is sold in a flex tier, and was asked for whole answers in the standard one. */
export function flex(sample: Sample<SampledRequest>): Opportunity[] {
  const standard = sample.requests.filter(
    ({ stream, session, serviceTier, provider, model }) =>
      hasFlexTier(provider, model) &&
      !stream &&
      session === null &&
      (serviceTier === null || /^(default|standard|auto)$/.test(serviceTier)),
  );
  return [...groupBy(standard, ({ provider, model }) => `${provider}/${model}`)].flatMap(([target, requests]) => {
    const { provider, model } = targetOf(target);
    const part = savedPart(requests[0]);
    const costNanos = requests.reduce((sum, each) => sum + (each.costNanos ?? 0), 0);
    if (part <= 0 || costNanos === 0) return [];
    const name = `${routeNameOf(model)}-flex`;
    return [
      {
        lever: "flex",
        subject: { provider, model },
        requests: scaled(requests.length, sample.factor),
        costNanos: scaled(costNanos, sample.factor),
        savingNanos: scaled(costNanos * part, sample.factor),
        certainty: "at_most",
        basis: `${partOf(requests.length, ofModel(sample, target), sample.factor)} of this model asked for whole answers outside of sessions, as jobs do. Those that can wait minutes pay ${Math.round((1 - part) * 100)} % of the price in the flex tier: name ${name} as their model.`,
        change: {
          method: "PUT",
          path: `/routes/${name}`,
          body: { targets: [{ model: target, service_tier: "flex" }] },
        },
        needs: null,
      },
    ];
  });
}

const ofModel = ({ requests }: Sample<SampledRequest>, target: string) =>
  requests.filter(({ provider, model }) => `${provider}/${model}` === target);

function savedPart(request: SampledRequest | undefined): number {
  const price = request && priceOf(request);
  if (!price?.tokens) return 0;
  const flexed = priceUnder(price, { serviceTier: "flex" }).tokens;
  return flexed && price.tokens.output > 0 ? 1 - flexed.output / price.tokens.output : 0;
}
