/** What meterr decided about a request, and why, in sentences. Pure. */
import type { UsageRecord } from "../../api/types.ts";

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

const REFUSED: Partial<Record<string, string>> = {
  budget_exceeded: "Refused: a hard budget could not pay for it.",
  unbounded_cost: "Refused: its cost has no upper bound, and a hard budget applies.",
  unpriced_model: "Refused: the model has no price, and a hard budget applies.",
  rate_limit_exceeded: "Refused: a rate limit was reached.",
  loop_detected: "Refused: the same request came too often in a row.",
  not_allowed: "Refused: the key may not use this model, provider or endpoint.",
  no_credential: "Refused: there is no credential for the provider.",
};

export function decisionsOf(record: Facts): Decision[] {
  const { attempts } = record;
  const decisions: Decision[] = [{ about: "Cache", what: CACHE[record.cache] }];
  if (record.status === "denied") {
    const what = (record.error_code && REFUSED[record.error_code]) ?? "Refused before anything was sent.";
    decisions.push({ about: "Budget", what });
  } else if (record.status === "cut") {
    decisions.push({ about: "Budget", what: "Stopped while it ran: a budget could not pay for more of the answer." });
  } else if (record.bound_usd !== null) {
    decisions.push({
      about: "Budget",
      what: "Let through: its upper bound was held, and what it did not cost was given back.",
    });
  }
  const targets = new Set(attempts.map(({ provider, model }) => `${provider}/${model}`));
  if (attempts.length === 1) decisions.push({ about: "Route", what: "The first target answered." });
  if (attempts.length > 1) {
    const last = `${record.provider}/${record.model}`;
    decisions.push({
      about: "Route",
      what:
        targets.size === 1
          ? `Tried ${attempts.length} times: the earlier attempts failed in a way that is worth a retry.`
          : `Went on to ${last} after ${attempts.length - 1} failed ${attempts.length === 2 ? "attempt" : "attempts"}.`,
    });
  }
  if (record.mode === "test") decisions.push({ about: "Mode", what: "A test key: answered by the sandbox." });
  if (record.flags.includes("bound_exceeded")) {
    decisions.push({
      about: "Bound",
      what: "It cost more than its upper bound. Please report it: that must not happen.",
    });
  }
  return decisions;
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
