/**
 * A request's own limits on what is written and thought. Its cap holds for both together in every dialect, but Anthropic's
 * package puts what may be thought on top of it; and of a budget of thoughts the neutral form keeps no more than an effort.
 */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { countIn, isObject, type JsonObject, objectIn, parseJson } from "../core/json.ts";
import type { Reasoning } from "./fields.ts";
import type { ProviderSide } from "./types.ts";

/** The options that say how many tokens may be thought; none where that is not said, or left to the model (-1). */
export const thinkingAtMost = (tokens: number | null): NonNullable<LanguageModelV4CallOptions["providerOptions"]> =>
  tokens === null || tokens <= 0 ? {} : { meterr: { thinkingTokens: tokens } };

/** Anthropic takes no smaller budget. */
const LEAST_TOKENS = 1_024;

/** How much of a cap may be thought. */
const SHARE: Readonly<Partial<Record<Reasoning, number>>> = { minimal: 0.02, low: 0.1, medium: 0.3, high: 0.6 };
const MOST = 0.9;

/** The body that was written, within the limits that were asked for; `isThoughtless`: they leave no room for thoughts. */
export function withinLimits(
  body: string,
  options: LanguageModelV4CallOptions,
  { dialect }: ProviderSide,
): { body: string; isThoughtless: boolean } {
  const { reasoning, maxOutputTokens: cap, providerOptions } = options;
  const asked = countIn(objectIn(providerOptions ?? {}, "meterr"), "thinkingTokens");
  const isLimited = reasoning !== undefined && reasoning !== "none" && (cap !== undefined || asked !== null);
  const json = isLimited ? parseJson(body) : null;
  if (!isObject(json)) return { body, isThoughtless: false };
  if (dialect === "messages") return inMessages(body, json, { asked, cap, share: SHARE[reasoning ?? "high"] ?? MOST });
  return { body: dialect === "gemini" ? inGemini(body, json, asked) : body, isThoughtless: false };
}

function inMessages(
  body: string,
  { thinking, ...json }: JsonObject,
  { asked, cap, share }: { asked: number | null; cap: number | undefined; share: number },
): { body: string; isThoughtless: boolean } {
  const written = isObject(thinking) ? countIn(thinking, "budget_tokens") : null;
  if (written === null) return { body, isThoughtless: false };
  const most = Math.min(written, asked ?? written, cap === undefined ? written : Math.floor(cap * share));
  const budget_tokens = Math.max(LEAST_TOKENS, most);
  const max_tokens = Math.min(countIn(json, "max_tokens") ?? Number.POSITIVE_INFINITY, cap ?? Number.POSITIVE_INFINITY);
  const isThoughtless = budget_tokens >= max_tokens;
  const limited = isThoughtless ? {} : { thinking: { type: "enabled", budget_tokens } };
  return { body: JSON.stringify({ ...json, max_tokens, ...limited }), isThoughtless };
}

function inGemini(body: string, json: JsonObject, asked: number | null): string {
  const generationConfig = objectIn(json, "generationConfig");
  const thinkingConfig = objectIn(generationConfig, "thinkingConfig");
  const written = countIn(thinkingConfig, "thinkingBudget");
  if (written === null || asked === null || asked >= written) return body;
  return JSON.stringify({
    ...json,
    generationConfig: { ...generationConfig, thinkingConfig: { ...thinkingConfig, thinkingBudget: asked } },
  });
}
