/** Whether all that a stream bills as output can be seen in it. Only such a stream can be held in slices. */
import { isObject } from "../core/json.ts";
import { cutterOf } from "../dialects/cut.ts";
import type { Call } from "./call.ts";

/**
 * Models that write nothing unseen unless they are asked to think. What is not listed may think on its own: it is held at
 * its whole bound. Sources: the vendors' model pages, 2026-11.
 */
const OPEN_MODELS =
  /(?:^|\/)(?:gpt-3\.5|gpt-4(?!.*(?:audio|search|realtime))|chatgpt-4o|claude-(?:3|haiku-4|sonnet-4|opus-4)|gemini-(?:1\.5|2\.0)|mistral-(?:small|medium|large|nemo)|open-mi[sx]tral|ministral|codestral|devstral|llama|meta-llama|command-(?:r|a-03)|deepseek-chat|kimi-k2(?!.*thinking)|qwen2\.5)/i;
/** Fields that ask a model to think. */
const THINKING = ["thinking", "reasoning", "reasoning_effort", "thinking_config"];

/** Whether `call` is a stream whose output is all visible text. */
export function isVisibleStream(call: Call): boolean {
  const { body, facts, place, scope } = call;
  // Work in the background goes on though its stream is cut.
  if (!facts.stream || facts.background || body.kind !== "json" || !cutterOf(place.endpoint.dialect)) return false;
  // Without SSE, Gemini streams one JSON array, which cannot be ended early.
  if (place.endpoint.dialect === "gemini" && !/[?&]alt=sse\b/.test(call.search)) return false;
  const asksToThink = THINKING.some((field) => {
    const value = body.json[field];
    return value !== undefined && value !== null && !(isObject(value) && value.type === "disabled");
  });
  return OPEN_MODELS.test(scope.model) && facts.alternatives.length === 0 && !asksToThink;
}
