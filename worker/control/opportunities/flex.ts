/** What a slower tier would save where nobody waits for the answer. */
import type { SampledRequest } from "../../db/report-sample.ts";
import { priceOf, priceUnder } from "../../pricing/index.ts";
import { groupBy, type Opportunity, partOf, type Sample, scaled } from "./types.ts";

/** A route's name may not have what some models' names have. */
export const routeNameOf = (model: string): string => model.replaceAll(/[^\w.-]/g, "-").slice(0, 50);

/** An opportunity for each model that is sold in a flex tier, and was asked for whole answers in the standard one. */
export function flex(sample: Sample<SampledRequest>): Opportunity[] {
  const standard = sample.requests.filter(
    ({ stream, session, serviceTier, provider }) =>
      provider === "openai" &&
      !stream &&
      session === null &&
      (serviceTier === null || /^(default|standard|auto)$/.test(serviceTier)),
  );
  return [...groupBy(standard, ({ model }) => model)].flatMap(([model, requests]) => {
    const part = savedPart(requests[0]);
    const costNanos = requests.reduce((sum, each) => sum + (each.costNanos ?? 0), 0);
    if (part <= 0 || costNanos === 0) return [];
    const name = `${routeNameOf(model)}-flex`;
    return [
      {
        lever: "flex",
        subject: { provider: "openai", model },
        requests: scaled(requests.length, sample.factor),
        costNanos: scaled(costNanos, sample.factor),
        savingNanos: scaled(costNanos * part, sample.factor),
        certainty: "at_most",
        basis: `${partOf(requests.length, sample)} asked for whole answers outside of sessions, as jobs do. Those that can wait minutes pay ${Math.round((1 - part) * 100)} % of the price in the flex tier: name ${name} as their model.`,
        change: {
          method: "PUT",
          path: `/routes/${name}`,
          body: { targets: [{ model: `openai/${model}`, service_tier: "flex" }] },
        },
        needs: null,
      },
    ];
  });
}

/** OpenAI's flex tier is sold for its reasoning models. */
const SOLD = /^(gpt-5|o3|o4-mini)/;

function savedPart(request: SampledRequest | undefined): number {
  const price = request && SOLD.test(request.model) ? priceOf(request) : null;
  if (!price?.tokens) return 0;
  const flexed = priceUnder(price, { serviceTier: "flex" }).tokens;
  return flexed && price.tokens.output > 0 ? 1 - flexed.output / price.tokens.output : 0;
}
