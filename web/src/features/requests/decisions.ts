/** What meterr decided about a request, and why, in sentences. Pure. */
import type { UsageRecord } from "../../api/types.ts";
import { formatPlural } from "../../lib/format.ts";

export interface Decision {
  about: string;
  what: string;
}

type Facts = Pick<
  UsageRecord,
  | "cache"
  | "status"
  | "attempts"
  | "provider"
  | "model"
  | "error_code"
  | "bound_usd"
  | "usage_source"
  | "flags"
  | "mode"
>;

const CACHE: Record<UsageRecord["cache"], string> = {
  hit: "Answered from the cache: the same request was answered before and had not expired.",
  miss: "Looked up and not found; a complete answer is kept for the next one.",
  off: "Not looked up: neither the key nor the request asks for it, or the request cannot be repeated.",
};

const REFUSED: Partial<Record<string, Decision>> = {
  budget_exceeded: { about: "Budget", what: "Refused: a hard budget could not pay for it." },
  unbounded_cost: { about: "Budget", what: "Refused: its cost has no upper bound, and a hard budget applies." },
  unpriced_model: { about: "Budget", what: "Refused: the model has no price, and a hard budget applies." },
  rate_limit_exceeded: { about: "Rate limit", what: "Refused: a rate limit was reached." },
  loop_detected: { about: "Loop", what: "Refused: the same request came too often in a row." },
  not_allowed: { about: "Key", what: "Refused: the key may not use this model, provider or endpoint." },
  no_credential: { about: "Credential", what: "Refused: there is no credential for the provider." },
};
const REFUSED_OTHERWISE: Decision = { about: "Refusal", what: "Refused before anything was sent." };

export function decisionsOf(record: Facts): Decision[] {
  const { attempts } = record;
  const decisions: Decision[] = [{ about: "Cache", what: CACHE[record.cache] }];
  if (record.status === "denied") {
    decisions.push((record.error_code && REFUSED[record.error_code]) || REFUSED_OTHERWISE);
  } else if (record.status === "cut") {
    decisions.push({ about: "Budget", what: "Stopped while it ran: a budget could not pay for more of the answer." });
  } else if (record.bound_usd !== null) {
    decisions.push({
      about: "Budget",
      what: "Let through: its upper bound was held, and what it did not cost was given back.",
    });
  }
  if (attempts.length > 0) decisions.push({ about: "Route", what: routeWords(record) });
  if (record.mode === "test") decisions.push({ about: "Mode", what: "A test key: answered by the sandbox." });
  if (record.flags.includes("bound_exceeded")) {
    decisions.push({
      about: "Bound",
      what: "It cost more than its upper bound. Please report it: that must not happen.",
    });
  }
  return decisions;
}

/** Whether nothing usable came of an attempt. One that a budget stopped did answer. */
const hasFailed = ({ error, http_status }: Facts["attempts"][number]): boolean =>
  error === undefined ? http_status === null || http_status >= 400 : error !== "budget_exceeded";

function routeWords({ attempts, provider, model }: Facts): string {
  const count = attempts.length;
  const last = attempts.at(-1);
  const failed = last !== undefined && hasFailed(last);
  if (count === 1) return failed ? "The first target failed, and no other was tried." : "The first target answered.";
  const isOneTarget = new Set(attempts.map((each) => `${each.provider}/${each.model}`)).size === 1;
  if (failed)
    return isOneTarget ? `Tried ${count} times; none was answered.` : `None of ${count} attempts was answered.`;
  return isOneTarget
    ? `Tried ${count} times: the earlier attempts failed in a way that is worth a retry.`
    : `Went on to ${provider}/${model} after ${formatPlural(count - 1, "failed attempt")}.`;
}

/** The headers that meterr added to the answer, as far as the record tells them. */
export function answerHeaders(
  record: Pick<UsageRecord, "id" | "provider" | "model" | "cache" | "attempts" | "cost_usd" | "mode" | "stream">,
): [string, string][] {
  const headers: [string, string][] = [
    ["x-meterr-request-id", record.id],
    ["x-meterr-provider", record.provider],
    ["x-meterr-model", encodeURI(record.model)],
    ["x-meterr-cache", record.cache],
    ["x-meterr-attempts", String(record.attempts.length)],
  ];
  if (!record.stream && record.cost_usd !== null) headers.push(["x-meterr-cost-usd", record.cost_usd]);
  if (record.mode === "test") headers.push(["x-meterr-sandbox", "true"]);
  return headers.filter(([, value]) => value !== "");
}
