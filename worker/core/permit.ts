/** Whether a key may ask for this. */
import { gatewayError } from "./errors.ts";
import { fail, type Outcome, ok } from "./outcome.ts";
import type { KeyRecord } from "./policy.ts";

export interface Asked {
  provider: string;
  endpoint: string;
  /** All models that may answer, by the provider's names. */
  models: readonly string[];
}

/** An allow-list's entry is a name, or a beginning with `*` at its end. A list that is absent allows all. */
export function permit(key: KeyRecord, asked: Asked): Outcome<void> {
  const { providers, endpoints, models } = key.allow;
  if (providers && !allows(providers, asked.provider)) return refuse("provider", asked.provider);
  if (endpoints && !allows(endpoints, asked.endpoint)) return refuse("endpoint", asked.endpoint);
  if (models) {
    const forbidden = asked.models.find(
      (model) => !allows(models, model) && !allows(models, `${asked.provider}/${model}`),
    );
    if (forbidden !== undefined) return refuse("model", forbidden);
  }
  return ok(undefined);
}

const allows = (list: readonly string[], name: string): boolean =>
  list.some((entry) => (entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : entry === name));

const refuse = (what: string, name: string) =>
  fail(
    gatewayError("not_allowed", `This key may not use the ${what} ${name || "that the request leaves open"}.`, {
      details: { [what]: name },
    }),
  );
