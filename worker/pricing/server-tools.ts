/** Tools that the provider runs, where the request says how often at most: what they can cost then. */
import type { ModelPrice } from "./types.ts";

/** A tool that the provider runs, by its type in the request. */
export interface LimitedTool {
  type: string;
  /** How often it may be called in this request, by its own limit or by one of all tools together. */
  maxCalls: number;
  /** The memory of the container that it runs in, e.g. `4g`; null where none is named. */
  memory: string | null;
}

/** What tools add to a request at most. */
export interface ToolLimits {
  /** How often the model reads all that it has so far: each call's result is read in a further turn. */
  turns: number;
  /** Fees, by the names of `UsageEvent.units`. */
  units: Record<string, number>;
}

/** The unit that a call is billed as; null where it is free. */
type Fee = (tool: LimitedTool) => string | null;

/** Limits that a provider is known to keep; `provider` is the catalogue's name. What is not here has no limit. */
const KEPT: readonly { provider: RegExp; type: RegExp; fee: Fee }[] = [
  // platform.claude.com, "Web search tool", "Web fetch tool": `max_uses`.
  { provider: /^anthropic$/, type: /^web_search_\d+$/, fee: () => "web_search_requests" },
  { provider: /^anthropic$/, type: /^web_fetch_\d+$/, fee: () => null },
  // OpenAI's API reference, `max_tool_calls`: of all built-in tools together, further attempts are ignored.
  { provider: /^(openai|azure)$/, type: /^web_search(_\d[\d_]*)?$/, fee: () => "web_search_requests" },
  { provider: /^(openai|azure)$/, type: /^web_search_preview/, fee: () => "web_search_preview_requests" },
  { provider: /^(openai|azure)$/, type: /^file_search$/, fee: () => "file_search_requests" },
  { provider: /^(openai|azure)$/, type: /^code_interpreter$/, fee: containerOf },
];
/** A container is made with the request even where no code runs, and once more where the one that was named has expired. */
const CONTAINERS = 2;
const CONTAINER_SIZES: ReadonlySet<string> = new Set(["4g", "16g"]);
/** platform.claude.com, "Stop reasons": the loop of server tools pauses after ten turns. Calls beyond `max_uses` fail, and take turns too. */
const CLAUDE_TURNS = 10;

/** The limits of all `tools` together at this model; null where one of them has none that counts. */
export function toolLimitsOf(price: ModelPrice, tools: readonly LimitedTool[]): ToolLimits | null {
  // Models that search for every request have its fee in their price: asking for it changes nothing.
  const [only] = tools;
  if (tools.length === 1 && only?.type === "web_search_options")
    return price.requestPicos > 0 ? { turns: 1, units: {} } : null;
  const units: Record<string, number> = {};
  let calls = 0;
  for (const tool of tools) {
    const kept = KEPT.find(({ provider, type }) => provider.test(price.provider) && type.test(tool.type));
    if (!kept) return null;
    calls += tool.maxCalls;
    const unit = kept.fee(tool);
    if (unit !== null) units[unit] = (units[unit] ?? 0) + (kept.fee === containerOf ? CONTAINERS : tool.maxCalls);
  }
  return { turns: Math.max(calls, price.provider === "anthropic" ? CLAUDE_TURNS : 1) + 1, units };
}

/** What is not named is the smallest; what is named by its id alone may be the largest. */
function containerOf({ memory }: LimitedTool): string {
  if (memory === null || memory === "1g") return "containers";
  return CONTAINER_SIZES.has(memory) ? `containers_${memory}` : "containers_64g";
}
