/** What the models that routes only compared with would have saved. */
import type { ShadowRow } from "../../db/savings.ts";
import type { Opportunity } from "./types.ts";

/** An opportunity for each route and pair of models of which the other one would have been cheaper. */
export function shadowed(rows: readonly ShadowRow[]): Opportunity[] {
  return rows.flatMap(({ route, provider, model, shadow, requests, costNanos, shadowNanos }) => {
    if (shadowNanos >= costNanos) return [];
    return [
      {
        lever: "auto",
        subject: { route, provider, model },
        requests,
        costNanos,
        savingNanos: costNanos - shadowNanos,
        certainty: "at_most",
        basis: `The route's shadow: the same tokens would have cost so much less at ${shadow}, if all of it went there. With \`auto\` what is easy goes there, and what is hard stays at ${model}.`,
        change: {
          method: "PATCH",
          path: `/routes/${route}`,
          body: { strategy: "auto", targets: [{ model: shadow }, { model: `${provider}/${model}` }] },
        },
        needs: null,
      },
    ];
  });
}
