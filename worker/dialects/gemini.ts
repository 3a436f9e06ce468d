/** `gemini`: Google's generateContent family. Its JSON is protobuf's: every field may be written in camelCase or snake_case. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { NO_TOKENS, type Tokens } from "../core/usage.ts";
import { type ClientTools, conditionsOf } from "../pricing/index.ts";
import { capOf, countMime, isSet, NO_FACTS, newPartCounts, type PartCounts, timesOf } from "./facts.ts";
import { errorIn, meterOf } from "./meter.ts";
import type { Dialect, Reading, Reported, RequestFacts } from "./types.ts";

export const gemini: Dialect = {
  name: "gemini",
  facts(body, path): RequestFacts {
    const parts = newPartCounts();
    const requests = arrayIn(body, "requests").filter(isObject);
    for (const request of requests.length > 0 ? requests : [body]) {
      for (const content of [...arrayIn(request, "contents"), request.contents, request.content]) {
        countContent(parts, content);
      }
      countContent(parts, either(request, "systemInstruction"));
    }
    // Where a body has both, no one knows which one counts.
    const configs = [body.generationConfig, body.generation_config].filter(isObject);
    const caps = configs.map((config) => capOf(config, "maxOutputTokens", "max_output_tokens"));
    return {
      ...NO_FACTS,
      model: path.model,
      stream: path.method === "streamGenerateContent",
      maxOutputTokens: /embed|predict/i.test(path.method ?? "")
        ? 0
        : caps.length === 0 || caps.includes(null)
          ? null
          : Math.max(...caps.map(Number)),
      choices: Math.max(1, ...configs.map((config) => timesOf(config, "candidateCount", "candidate_count"))),
      media: parts.media,
      references: parts.references || isSet(either(body, "cachedContent")),
      tools: clientTools(body),
      inputs: Math.max(1, requests.length, arrayIn(body, "instances").length),
      unboundedBy: hostedTool(body),
    };
  },
  meter: () => meterOf({ wants: (data) => NEWS.test(data), read, join }),
  textOf(json) {
    let text = "";
    for (const candidate of arrayIn(json, "candidates")) {
      if (!isObject(candidate)) continue;
      for (const part of arrayIn(objectIn(candidate, "content"), "parts")) {
        if (!isObject(part)) continue;
        text += stringIn(part, "text") ?? (isObject(part.functionCall) ? JSON.stringify(part.functionCall) : "");
      }
    }
    return text;
  },
  capPath: (body) =>
    isObject(body.generation_config)
      ? ["generation_config", "max_output_tokens"]
      : ["generationConfig", "maxOutputTokens"],
};

const NEWS = /"(?:usageMetadata|error)"\s*:\s*\{|"finishReason"|"blockReason"|"groundingMetadata"/;
const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const either = (of: JsonObject, field: string): unknown => of[field] ?? of[snake(field)];
const objectOf = (of: JsonObject, field: string): JsonObject => {
  const value = either(of, field);
  return isObject(value) ? value : {};
};

function read(json: JsonObject): Partial<Reading> {
  const response = isObject(json.response) ? json.response : json;
  const usage = response.usageMetadata;
  const blocked = isSet(objectIn(response, "promptFeedback").blockReason);
  const reported = isObject(usage) ? readGeminiUsage(usage) : embeddingUsage(response);
  const grounding = groundingUnits(response);
  return {
    reported: reported
      ? { ...reported, units: { ...reported.units, ...grounding } }
      : Object.keys(grounding).length > 0
        ? { tokens: NO_TOKENS, units: grounding, costUsd: null, byModel: null }
        : null,
    modelServed: stringIn(response, "modelVersion"),
    conditions: conditionsOf(objectIn(response, "usageMetadata")),
    finished: blocked || arrayIn(response, "candidates").some((c) => isObject(c) && isSet(c.finishReason)),
    error: errorIn(json) ?? null,
  };
}

/** The latest counts; what an earlier event said of searches stays, since it is said once. */
function join(earlier: Reported, later: Reported): Reported {
  const silent = later.tokens.input === 0 && later.tokens.output === 0;
  return {
    ...(silent ? earlier : later),
    units: { ...earlier.units, ...later.units },
  };
}

/** Searches that the answer is grounded in: up to Gemini 2.5 sold by the prompt, from then on by the query. */
function groundingUnits(response: JsonObject): Record<string, number> {
  const queries = new Set<string>();
  let maps = false;
  for (const candidate of arrayIn(response, "candidates")) {
    const grounding = isObject(candidate) ? objectIn(candidate, "groundingMetadata") : {};
    // An empty one was asked of nobody.
    for (const query of arrayIn(grounding, "webSearchQueries"))
      if (typeof query === "string" && query) queries.add(query);
    maps ||= arrayIn(grounding, "groundingChunks").some((chunk) => isObject(chunk) && isObject(chunk.maps));
  }
  return {
    ...(queries.size > 0 ? { grounded_prompts: 1, web_search_queries: queries.size } : {}),
    ...(maps ? { maps_prompts: 1 } : {}),
  };
}

/** Gemini's usage in ours: tool prompts stand outside the prompt's count, thoughts outside the candidates'. */
export function readGeminiUsage(usage: JsonObject): Reported | null {
  const prompt = countIn(usage, "promptTokenCount") ?? 0;
  const input = prompt + (countIn(usage, "toolUsePromptTokenCount") ?? 0);
  const thoughts = countIn(usage, "thoughtsTokenCount") ?? 0;
  const output = (countIn(usage, "candidatesTokenCount") ?? 0) + thoughts;
  if (input === 0 && output === 0) return null;
  const cached = Math.min(input, countIn(usage, "cachedContentTokenCount") ?? 0);
  const into = byModality([...arrayIn(usage, "promptTokensDetails"), ...arrayIn(usage, "toolUsePromptTokensDetails")]);
  const fromCache = byModality(arrayIn(usage, "cacheTokensDetails"));
  const out = byModality(arrayIn(usage, "candidatesTokensDetails"));
  const tokens: Tokens = {
    ...NO_TOKENS,
    input,
    inputCached: cached,
    inputAudio: Math.min(input, into.audio),
    inputImage: Math.min(input, into.image),
    output,
    outputReasoning: thoughts,
    outputAudio: Math.min(output, out.audio),
    outputImage: Math.min(output, out.image),
  };
  const units = {
    ...(into.video > 0 ? { input_video_tokens: Math.min(input, into.video) } : {}),
    ...(out.video > 0 ? { output_video_tokens: Math.min(output, out.video) } : {}),
    ...(fromCache.audio > 0 ? { input_audio_cached: fromCache.audio } : {}),
    ...(fromCache.image > 0 ? { input_image_cached: fromCache.image } : {}),
  };
  return { tokens, units, costUsd: null, byModel: null };
}

/** Vertex may write the modality as its number in the enum: text 1, image 2, video 3, audio 4. */
function byModality(details: readonly unknown[]): { audio: number; image: number; video: number } {
  const sums = { audio: 0, image: 0, video: 0 };
  for (const entry of details) {
    if (!isObject(entry)) continue;
    const count = countIn(entry, "tokenCount") ?? 0;
    if (entry.modality === "AUDIO" || entry.modality === 4) sums.audio += count;
    if (entry.modality === "IMAGE" || entry.modality === 2) sums.image += count;
    if (entry.modality === "VIDEO" || entry.modality === 3) sums.video += count;
  }
  return sums;
}

/** Vertex's embeddings by `predict` report tokens beside each vector, and for all the characters that older models are sold by. */
function embeddingUsage(response: JsonObject): Reported | null {
  let input = 0;
  for (const prediction of arrayIn(response, "predictions")) {
    const statistics = isObject(prediction) ? objectIn(objectIn(prediction, "embeddings"), "statistics") : {};
    input += countIn(statistics, "token_count") ?? countIn(statistics, "tokenCount") ?? 0;
  }
  const characters = countIn(objectIn(response, "metadata"), "billableCharacterCount");
  if (input === 0 && !characters) return null;
  return { tokens: { ...NO_TOKENS, input }, units: characters ? { characters } : {}, costUsd: null, byModel: null };
}

/** Google itself describes the computer to the model. */
function clientTools(body: JsonObject): ClientTools {
  const tools = either(body, "tools");
  if (!isSet(tools)) return "none";
  const hasComputer = [tools].flat().some((tool) => isObject(tool) && isSet(either(tool, "computerUse")));
  return hasComputer ? "predefined" : "functions";
}

/** Any tool but functions (and a computer that the client drives) runs at Google. */
function hostedTool(body: JsonObject): string | null {
  const tools = either(body, "tools");
  for (const tool of Array.isArray(tools) ? tools : isSet(tools) ? [tools] : []) {
    if (!isObject(tool)) continue;
    const hosted = Object.keys(tool).find((name) => !/^(function_?declarations|computer_?use)$/i.test(name));
    if (hosted) return `the server-side tool ${hosted.slice(0, 64)}`;
  }
  return null;
}

function mimeOf(blob: JsonObject): string {
  const mime = either(blob, "mimeType");
  return typeof mime === "string" ? mime : "";
}

function countContent(counts: PartCounts, content: unknown): void {
  if (!isObject(content)) return;
  for (const part of [...arrayIn(content, "parts"), content.parts]) {
    if (!isObject(part)) continue;
    // What a function answered may carry media of its own.
    countContent(counts, objectOf(part, "functionResponse"));
    const inline = objectOf(part, "inlineData");
    const file = objectOf(part, "fileData");
    if (isSet(either(part, "inlineData"))) countMime(counts, mimeOf(inline));
    if (isSet(either(part, "fileData"))) {
      counts.references = true;
      countMime(counts, mimeOf(file));
    }
  }
}
