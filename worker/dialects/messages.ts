/** `messages`: Anthropic's Messages API. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { NO_TOKENS, type Tokens } from "../core/usage.ts";
import { conditionsOf } from "../pricing/index.ts";
import {
  alternativesOf,
  capOf,
  clientTools,
  countMime,
  isSet,
  limitedTools,
  NO_FACTS,
  newPartCounts,
  type PartCounts,
  routerCause,
  serverTool,
} from "./facts.ts";
import { errorIn, meterOf } from "./meter.ts";
import { costOf } from "./openai-usage.ts";
import type { Dialect, Reading, Reported, RequestFacts } from "./types.ts";

/** Tools that the client runs; their type ends in a date. Source: Anthropic's tool reference. */
const CLIENT_TOOL = /^(?:custom|bash|text_editor|computer|memory)(?:_\d+)?$/;
/** Edits that make the provider run further turns of its own. */
const SERVER_EDITS = /^compact/;

export const messages: Dialect = {
  name: "messages",
  facts(body): RequestFacts {
    const parts = newPartCounts();
    for (const message of arrayIn(body, "messages")) if (isObject(message)) countParts(parts, message, "content");
    countParts(parts, body, "system");
    const fallbacks = fallbacksIn(body);
    const edits = arrayIn(objectIn(body, "context_management"), "edits");
    const compacts = edits.some((edit) => isObject(edit) && SERVER_EDITS.test(stringIn(edit, "type") ?? ""));
    const clientSide = (type: string) => CLIENT_TOOL.test(type);
    const hosted = serverTool(arrayIn(body, "tools"), clientSide);
    const otherCause =
      arrayIn(body, "mcp_servers").length > 0
        ? "MCP servers"
        : compacts || isSet(body.compaction)
          ? "compaction at the provider"
          : (unlistedFallback(body) ?? routerCause(body));
    const caps = [body, ...fallbacks].map((one) => capOf(one, "max_tokens", "max_tokens_to_sample"));
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: caps[0] === null ? null : Math.max(...caps.map((cap) => cap ?? 0)),
      attempts: 1 + fallbacks.length,
      media: parts.media,
      references: parts.references || isSet(body.container),
      continues: typeof body.container === "string" || isSet(objectIn(body, "container").id),
      unboundedBy: hosted ?? otherCause,
      limitedTools: otherCause
        ? null
        : limitedTools(arrayIn(body, "tools"), clientSide, (tool) => countIn(tool, "max_uses")),
      tools: clientTools(arrayIn(body, "tools"), (type) => type !== "custom"),
      alternatives: alternativesOf(body),
    };
  },
  meter: () =>
    meterOf({
      wants: (data, name) => (name === "" ? HAS_NEWS.test(data) : name !== "content_block_delta" && name !== "ping"),
      read,
      join,
    }),
  textOf(json) {
    const delta = objectIn(json, "delta");
    const said = stringIn(delta, "text") ?? stringIn(delta, "thinking") ?? stringIn(delta, "partial_json");
    // The API before this one, which never tells its usage.
    return said ?? stringIn(json, "completion") ?? "";
  },
  capPath: () => ["max_tokens"],
};

/** Models that are tried in turn where one declines. Each try is billed. Source: Anthropic's guide, "Refusals and fallback". */
const fallbacksIn = (body: JsonObject): readonly JsonObject[] => arrayIn(body, "fallbacks").filter(isObject);

/** Fallbacks that the provider chooses (`"default"`), or that are faster, which is dearer, than what they stand in for. */
function unlistedFallback(body: JsonObject): string | null {
  if (isSet(body.fallbacks) && !Array.isArray(body.fallbacks)) return "fallbacks that the provider chooses";
  return fallbacksIn(body).some(({ speed }) => isSet(speed)) ? "a fallback at a speed of its own" : null;
}

const HAS_NEWS = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/;

function read(json: JsonObject): Partial<Reading> {
  // A stream tells its usage in message_start.message and again, cumulative, in message_delta.
  const message = isObject(json.message) ? json.message : json;
  const type = stringIn(json, "type");
  return {
    reported: isObject(message.usage) ? readAnthropicUsage(message.usage) : null,
    modelServed: stringIn(message, "model"),
    conditions: conditionsOf(objectIn(message, "usage")),
    finished: type === "message_stop" || type === "completion",
    error: type === "error" ? (errorIn(json) ?? "error") : null,
  };
}

/** Which fields a usage object had is kept as undefined ones, so that a later event overlays those alone that it brings. */
const FIELDS = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"] as const;

/** Reported usage that remembers the provider's own object. */
interface AnthropicReported extends Reported {
  raw: JsonObject;
}

/** Anthropic's usage in ours. Its `input_tokens` leave cache reads and writes out; its output includes thinking. */
export function readAnthropicUsage(usage: JsonObject): AnthropicReported | null {
  if (!FIELDS.some((field) => countIn(usage, field) !== null)) return null;
  const units: Record<string, number> = {};
  const tools = objectIn(usage, "server_tool_use");
  for (const field of Object.keys(tools)) {
    const count = countIn(tools, field);
    if (count) units[field] = count;
  }
  return {
    tokens: tokensOf(usage),
    units,
    // Anthropic tells none; who resells in its format may.
    costUsd: costOf(usage),
    byModel: iterationsOf(usage),
    raw: usage,
  };
}

/** A later event's fields over an earlier one's. */
function join(earlier: Reported, later: Reported): Reported {
  const told = Object.entries((later as AnthropicReported).raw).filter(([, value]) => value !== null);
  return readAnthropicUsage({ ...(earlier as AnthropicReported).raw, ...Object.fromEntries(told) }) ?? later;
}

function tokensOf(usage: JsonObject): Tokens {
  const cached = countIn(usage, "cache_read_input_tokens") ?? 0;
  const written = countIn(usage, "cache_creation_input_tokens") ?? 0;
  const output = countIn(usage, "output_tokens") ?? 0;
  return {
    ...NO_TOKENS,
    input: (countIn(usage, "input_tokens") ?? 0) + cached + written,
    inputCached: cached,
    inputCacheWrite: written,
    inputCacheWrite1h: Math.min(written, countIn(objectIn(usage, "cache_creation"), "ephemeral_1h_input_tokens") ?? 0),
    output,
    outputReasoning: Math.min(output, countIn(objectIn(usage, "output_tokens_details"), "thinking_tokens") ?? 0),
  };
}

/**
 * With `iterations` the top level leaves out compaction, advisors and declined fallbacks: what is billed is
 * each iteration at its own model's price. Null where there is only the one that the top level tells.
 */
function iterationsOf(usage: JsonObject): Reported["byModel"] {
  const turns = arrayIn(usage, "iterations").filter(isObject);
  if (turns.length === 0) return null;
  return turns.map((turn) => ({
    model: stringIn(turn, "model"),
    tokens: tokensOf(turn),
  }));
}

function countParts(counts: PartCounts, of: JsonObject, field: string): void {
  for (const part of arrayIn(of, field)) {
    if (!isObject(part)) continue;
    const source = objectIn(part, "source");
    if ("file_id" in source || "file_id" in part) counts.references = true;
    if (part.type === "image") countMime(counts, "image/*");
    else if (part.type === "document") counts.media.documents++;
    // Results of tools carry parts of their own, and documents may too.
    countParts(counts, part, "content");
    countParts(counts, source, "content");
  }
}
