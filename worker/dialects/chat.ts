/** `chat`: OpenAI's chat completions, and everybody's who copies them. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { conditionsOf } from "../pricing/index.ts";
import {
  alternativesOf,
  capOf,
  clientTools,
  countMime,
  NO_FACTS,
  newPartCounts,
  type PartCounts,
  routerCause,
  serverTool,
  timesOf,
} from "./facts.ts";
import { errorIn, meterOf } from "./meter.ts";
import { readOpenAiUsage } from "./openai-usage.ts";
import type { Dialect, Reading, Reported, RequestFacts } from "./types.ts";

/** Fields that make the provider search or fetch by itself, whatever its name for it. */
const SEARCH_FIELDS = ["web_search_options", "data_sources", "extra_body", "connectors"];

export const chat: Dialect = {
  name: "chat",
  facts(body, { knowsMaxTokensOnly }): RequestFacts {
    const parts = newPartCounts();
    for (const message of arrayIn(body, "messages")) {
      if (!isObject(message)) continue;
      for (const part of arrayIn(message, "content")) if (isObject(part)) countPart(parts, part);
      // An earlier spoken answer is named by its id alone.
      if (isObject(message.audio) && "id" in message.audio) parts.references = true;
    }
    const searches = SEARCH_FIELDS.filter((field) => body[field] !== undefined && body[field] !== null);
    const hosted = serverTool(arrayIn(body, "tools"), (type) => type === "function" || type === "custom");
    const router = routerCause(body);
    const onlyOptions =
      hosted === null && router === null && searches.length === 1 && searches[0] === "web_search_options";
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: thinksBesideCap(body)
        ? null
        : knowsMaxTokensOnly
          ? capOf(body, "max_tokens")
          : capOf(body, "max_completion_tokens", "max_tokens"),
      choices: timesOf(body, "n"),
      media: parts.media,
      references: parts.references,
      unboundedBy: searches.length > 0 ? `the field ${searches[0]}` : (router ?? hosted),
      limitedTools: onlyOptions ? [{ type: "web_search_options", maxCalls: 1, memory: null }] : null,
      tools: clientTools(arrayIn(body, "tools"), () => false),
      alternatives: alternativesOf(body),
      // xAI's: the answer is fetched later, once, by the id that this one tells.
      background: body.deferred === true,
    };
  },
  meter: () => meterOf({ wants: mayMatter, read, join, doneMarker: "[DONE]" }),
  textOf(json) {
    let text = "";
    for (const choice of arrayIn(json, "choices")) {
      if (!isObject(choice)) continue;
      const said = isObject(choice.delta) ? choice.delta : objectIn(choice, "message");
      for (const field of ["reasoning_content", "reasoning", "content", "refusal", "text"]) {
        text += textIn(said[field]);
      }
      for (const call of arrayIn(said, "tool_calls")) {
        const called = isObject(call) ? objectIn(call, "function") : {};
        text += (stringIn(called, "name") ?? "") + (stringIn(called, "arguments") ?? "");
      }
    }
    return text;
  },
  capPath: (body, { knowsMaxTokensOnly }) => {
    const isOld = knowsMaxTokensOnly || (!("max_completion_tokens" in body) && "max_tokens" in body);
    return [isOld ? "max_tokens" : "max_completion_tokens"];
  },
};

/** Alibaba's cap holds for the answer; thoughts have a budget of their own, which may be left out. */
const thinksBesideCap = (body: JsonObject): boolean =>
  body.enable_thinking !== undefined && body.enable_thinking !== false;

/** A text, or Mistral's list of parts, whose thoughts are a list again. */
function textIn(said: unknown): string {
  if (typeof said === "string") return said;
  if (!Array.isArray(said)) return "";
  return said.map((part) => (isObject(part) ? textIn(part.text) + textIn(part.thinking) : "")).join("");
}

/** A quote inside generated text is escaped, so that these patterns never match an answer's own words. */
const NEWS = /"(?:usage|x_groq|error)"\s*:\s*[{"]|"finish_reason"\s*:\s*"/;
const mayMatter = (data: string): boolean => NEWS.test(data);

function read(json: JsonObject): Partial<Reading> {
  const reading = readChunk(json);
  const { request_id: id } = json;
  const isPut = typeof id === "string" && !["choices", "error", "code"].some((field) => field in json);
  if (isPut) return { ...reading, backgroundId: id };
  return reading.reported ? reading : { ...reading, reported: usageInChoice(json) };
}

/** What one choice of several used. */
interface ChoiceReported extends Reported {
  choice: number;
}

/** Moonshot's streams tell their usage with the end of each choice, where they were not asked for it in a chunk of its own. */
function usageInChoice(json: JsonObject): ChoiceReported | null {
  const choice = arrayIn(json, "choices").find((one) => isObject(one) && isObject(one.usage));
  const reported = isObject(choice) ? readOpenAiUsage(objectIn(choice, "usage")) : null;
  return isObject(choice) && reported ? { ...reported, choice: countIn(choice, "index") ?? 0 } : null;
}

const isOfChoice = (reported: Reported): reported is ChoiceReported => "choice" in reported;

/** Counts of a stream are sums, but for those of its choices: each has the prompt, and an output of its own. */
function join(earlier: Reported, later: Reported): Reported {
  if (!isOfChoice(later)) return later;
  if (!isOfChoice(earlier)) return earlier;
  if (earlier.choice === later.choice) return later;
  const tokens = {
    ...later.tokens,
    output: earlier.tokens.output + later.tokens.output,
    outputReasoning: earlier.tokens.outputReasoning + later.tokens.outputReasoning,
  };
  return { ...later, tokens };
}

/** One chunk, or a whole completion. Also of legacy completions, embeddings and images, whose `usage` is alike. */
export function readChunk(json: JsonObject): Partial<Reading> {
  // Groq's older streams carry usage beside themselves; Mistral's OCR names it otherwise.
  const usage = isObject(json.usage) ? json.usage : (objectIn(json, "x_groq").usage ?? json.usage_info);
  return {
    reported: isObject(usage) ? readOpenAiUsage(usage) : null,
    modelServed: stringIn(json, "model"),
    conditions: { ...conditionsOf(json), ...(isObject(usage) && conditionsOf(trafficIn(usage))) },
    finished: arrayIn(json, "choices").some((choice) => isObject(choice) && typeof choice.finish_reason === "string"),
    error: errorIn(json) ?? failureIn(json),
  };
}

/** How a provider says in a choice that it could not finish it: Mistral and routers, and DeepSeek. */
const FAILURES: ReadonlySet<unknown> = new Set(["error", "insufficient_system_resource"]);

function failureIn(json: JsonObject): string | null {
  for (const choice of arrayIn(json, "choices")) {
    if (!isObject(choice)) continue;
    const error = errorIn(choice) ?? (FAILURES.has(choice.finish_reason) ? String(choice.finish_reason) : undefined);
    if (error !== undefined) return error;
  }
  return null;
}

/** Vertex's OpenAI-compatible endpoint tells its tier beside the tokens. */
const trafficIn = (usage: JsonObject): JsonObject => objectIn(objectIn(usage, "extra_properties"), "google");

function countPart(counts: PartCounts, part: JsonObject): void {
  switch (part.type) {
    case undefined:
    case "text":
    case "refusal":
    case "tool_result":
    case "thinking":
    case "reasoning":
      return;
    case "image_url":
    case "image":
      counts.media.images++;
      return;
    case "input_audio":
    case "audio_url":
      counts.media.audio++;
      return;
    case "video_url":
    case "input_video":
      counts.media.video++;
      return;
    case "file": {
      const file = objectIn(part, "file");
      if ("file_id" in file) counts.references = true;
      else countMime(counts, "application/pdf");
      return;
    }
    default:
      countMime(counts, "application/octet-stream");
  }
}
