/** `cohere`: chat v1 and v2, generate, embed, rerank. Billed on `billed_units`; `tokens` adds the template. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { NO_TOKENS } from "../core/usage.ts";
import { capOf, isSet, NO_FACTS, newPartCounts, timesOf } from "./facts.ts";
import { errorIn, meterOf } from "./meter.ts";
import type { Dialect, Reading, Reported, RequestFacts } from "./types.ts";

export const cohere: Dialect = {
  name: "cohere",
  facts(body, path): RequestFacts {
    const parts = newPartCounts();
    // Messages of a chat, and what is to be embedded where it is mixed.
    for (const message of [...arrayIn(body, "messages"), ...arrayIn(body, "inputs")]) {
      for (const part of isObject(message) ? arrayIn(message, "content") : []) {
        if (isObject(part) && part.type === "image_url") parts.media.images++;
      }
    }
    parts.media.images += arrayIn(body, "images").length;
    const generates = path.method === "chat" || path.method === "generate";
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: generates ? capOf(body, "max_tokens") : 0,
      choices: timesOf(body, "num_generations"),
      media: parts.media,
      // The conversation so far is kept there.
      references: isSet(body.conversation_id),
      continues: isSet(body.conversation_id),
      tools: arrayIn(body, "tools").length > 0 ? "functions" : "none",
      inputs: Math.max(1, ...["texts", "inputs", "images", "documents"].map((field) => arrayIn(body, field).length)),
      unboundedBy: arrayIn(body, "connectors").length > 0 ? "the field connectors" : null,
    };
  },
  meter: () => meterOf({ wants: (data) => NEWS.test(data), read, doneMarker: "[DONE]" }),
  textOf(json) {
    const content = objectIn(objectIn(objectIn(json, "delta"), "message"), "content");
    return stringIn(content, "text") ?? stringIn(content, "thinking") ?? stringIn(json, "text") ?? "";
  },
  capPath: () => ["max_tokens"],
};

const NEWS = /"billed_units"|"message-end"|"stream-end"|"error"/;

function read(json: JsonObject): Partial<Reading> {
  // v2 ends with {type: message-end, delta: {usage}}, v1 with {event_type: stream-end, response: {meta}}.
  const ended = json.type === "message-end" || json.event_type === "stream-end";
  const holder = isObject(json.delta) ? json.delta : isObject(json.response) ? json.response : json;
  const usage = isObject(holder.usage) ? holder.usage : objectIn(holder, "meta");
  return {
    reported: reportedBy(usage),
    finished: ended,
    error: errorIn(json) ?? stringIn(objectIn(json, "delta"), "error") ?? failureIn(holder),
  };
}

/** An answer that the provider could not finish says so where others say why they end. */
function failureIn(ended: JsonObject): string | null {
  const reason = stringIn(ended, "finish_reason");
  return reason === "ERROR" || reason === "TIMEOUT" ? reason : null;
}

function reportedBy(usage: JsonObject): Reported | null {
  const billed = usage.billed_units;
  if (!isObject(billed)) return null;
  const units: Record<string, number> = {};
  for (const name of ["search_units", "images", "classifications"]) {
    const count = countIn(billed, name);
    if (count) units[name] = count;
  }
  const tokens = {
    ...NO_TOKENS,
    input: (countIn(billed, "input_tokens") ?? 0) + (countIn(billed, "image_tokens") ?? 0),
    inputImage: countIn(billed, "image_tokens") ?? 0,
    output: countIn(billed, "output_tokens") ?? 0,
    outputReasoning: countIn(objectIn(usage, "tokens"), "reasoning_tokens") ?? 0,
  };
  return { tokens, units, costUsd: null, byModel: null };
}
