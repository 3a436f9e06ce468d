/** The client's names of fields that the neutral form calls otherwise. */
import { isObject, type JsonObject } from "../core/json.ts";
import type { Conversation } from "./types.ts";

/** Where they are no other spelling of the neutral names. */
const FIELDS: Readonly<Record<Conversation, Readonly<Record<string, string>>>> = {
  chat: {
    reasoning: "reasoning_effort",
    stopSequences: "stop",
    maxOutputTokens: "max_completion_tokens",
    thoughts: "messages[].reasoning_content",
    prompt: "messages",
  },
  responses: { responseFormat: "text.format", thoughts: "input[].encrypted_content", prompt: "input" },
  messages: {
    reasoning: "thinking",
    responseFormat: "output_config.format",
    maxOutputTokens: "max_tokens",
    parallelToolCalls: "tool_choice.disable_parallel_tool_use",
    strictTools: "tools[].strict",
    thoughts: "messages[].content[].thinking",
    prompt: "messages",
  },
  gemini: {
    reasoning: "generationConfig.thinkingConfig",
    responseFormat: "generationConfig.responseMimeType",
    toolChoice: "toolConfig.functionCallingConfig.mode",
    thoughts: "contents[].parts[].thought",
    prompt: "contents",
  },
};

/** The client's name of a neutral field, in a request that it wrote. */
export function fieldName(dialect: Conversation, body: JsonObject, name: string): string {
  // Two fields say how much is thought, and two how much is written.
  if (dialect === "messages" && name === "reasoning" && !isObject(body.thinking)) return "output_config.effort";
  if (dialect === "chat" && name === "maxOutputTokens" && !("max_completion_tokens" in body)) return "max_tokens";
  const own = FIELDS[dialect][name];
  if (own !== undefined) return own;
  if (dialect === "gemini") return /^tools?\b/.test(name) ? name : `generationConfig.${name}`;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
