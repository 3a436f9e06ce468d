/** What the neutral form leaves to each provider. */
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { isObject } from "../core/json.ts";
import type { ProviderSide } from "./types.ts";

/** `options` with what this provider needs besides; `dropped` are neutral names of what it could not take. */
export function fitted(
  asked: LanguageModelV4CallOptions,
  { dialect, name }: ProviderSide,
): { options: LanguageModelV4CallOptions; dropped: string[] } {
  const { openai, ...others } = asked.providerOptions ?? {};
  switch (dialect) {
    case "gemini": {
      const thinks = asked.reasoning !== undefined && asked.reasoning !== "none";
      const google = thinks ? { thinkingConfig: { includeThoughts: true } } : {};
      return { options: { ...asked, providerOptions: { ...others, google } }, dropped: [] };
    }
    case "responses": {
      const { responseFormat } = asked;
      const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
      // Strict schemas have rules that only who writes for OpenAI keeps.
      const strictJsonSchema = schema?.additionalProperties === false;
      const own = { ...openai, store: false, strictJsonSchema };
      return { options: { ...asked, providerOptions: { ...others, openai: own } }, dropped: [] };
    }
    case "messages":
      return thoughtIsMissing(asked)
        ? { options: { ...asked, reasoning: "none" }, dropped: ["reasoning"] }
        : { options: asked, dropped: [] };
    case "chat": {
      const own = openai?.parallelToolCalls === false ? { parallel_tool_calls: false } : {};
      return { options: { ...asked, providerOptions: { ...others, [name]: own } }, dropped: [] };
    }
  }
}

/**
 * A turn that has called a tool goes on thinking only from its own thoughts, as they were signed. Not every client brings them
 * back: then the turn is ended without thinking.
 */
function thoughtIsMissing({ reasoning, prompt }: LanguageModelV4CallOptions): boolean {
  if (reasoning === undefined || reasoning === "none") return false;
  return turnOf(prompt).some(
    (message) =>
      message.role === "assistant" &&
      message.content.some(({ type }) => type === "tool-call") &&
      !message.content.some((part) => part.type === "reasoning" && isObject(part.providerOptions?.anthropic)),
  );
}

/** What came since the user's last word. */
function turnOf(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const last = prompt.findLastIndex(({ role }) => role === "user");
  return prompt.slice(last + 1);
}
