/** Thoughts of earlier turns, as they go back to a provider: each takes its own alone, and some take none. */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { isObject } from "../core/json.ts";
import type { AssistantPart } from "./fields.ts";
import type { ProviderSide } from "./types.ts";

type Thought = Extract<AssistantPart, { type: "reasoning" }>;

/** `prompt` with the thoughts that the provider takes; `areMissing`: others had to be left out. */
export function withThoughts(
  prompt: LanguageModelV4Prompt,
  side: ProviderSide,
): { prompt: LanguageModelV4Prompt; areMissing: boolean } {
  let areMissing = false;
  const isTaken = (part: AssistantPart): boolean => {
    if (part.type !== "reasoning" || takes(part, side)) return true;
    areMissing = true;
    return false;
  };
  const kept = prompt.flatMap((message): LanguageModelV4Message[] => {
    if (message.role !== "assistant") return [message];
    const content = message.content.filter(isTaken);
    return content.length > 0 || message.content.length === 0 ? [{ ...message, content }] : [];
  });
  return areMissing ? { prompt: kept, areMissing } : { prompt, areMissing };
}

function takes({ providerOptions }: Thought, { dialect, refusesThoughts }: ProviderSide): boolean {
  switch (dialect) {
    case "messages":
      return isSigned(providerOptions?.anthropic);
    case "responses":
      return typeof providerOptions?.openai?.reasoningEncryptedContent === "string";
    case "chat":
      return !refusesThoughts;
    case "gemini":
      return true;
  }
}

/** Whether Anthropic's models know a thought again by this. */
export const isSigned = (metadata: unknown): boolean =>
  isObject(metadata) && (typeof metadata.signature === "string" || typeof metadata.redactedData === "string");
