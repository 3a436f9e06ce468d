/** What the neutral form leaves to each provider. */
import type { LanguageModelV4CallOptions, LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { keepsStrictRules } from "./strict.ts";
import { isSigned, withThoughts } from "./thoughts.ts";
import { withToolIds } from "./tool-ids.ts";
import type { ProviderSide } from "./types.ts";

/** `options` with what this provider needs besides; `dropped` are neutral names of what it could not take. */
export function fitted(
  asked: LanguageModelV4CallOptions,
  side: ProviderSide,
): { options: LanguageModelV4CallOptions; dropped: string[] } {
  const { prompt, areMissing } = withThoughts(withToolIds(asked.prompt, side), side);
  const { options, dropped } = inDialect({ ...asked, prompt }, side);
  return { options, dropped: areMissing ? ["thoughts", ...dropped] : dropped };
}

function inDialect(
  asked: LanguageModelV4CallOptions,
  { dialect, name }: ProviderSide,
): { options: LanguageModelV4CallOptions; dropped: string[] } {
  const { openai, ...others } = asked.providerOptions ?? {};
  switch (dialect) {
    case "gemini": {
      const thinks = asked.reasoning !== undefined && asked.reasoning !== "none";
      const google = thinks ? { thinkingConfig: { includeThoughts: true } } : {};
      // Its models call as many tools at once as they like.
      const dropped = asked.tools && openai?.parallelToolCalls === false ? ["parallelToolCalls"] : [];
      return { options: { ...asked, providerOptions: { ...others, google } }, dropped };
    }
    case "responses": {
      const { responseFormat } = asked;
      const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
      const strictJsonSchema = schema !== undefined && keepsStrictRules(schema);
      const own = { ...openai, store: false, strictJsonSchema };
      const { tools, dropped } = strictTools(asked.tools);
      return { options: { ...asked, ...(tools && { tools }), providerOptions: { ...others, openai: own } }, dropped };
    }
    case "messages":
      return thoughtIsMissing(asked)
        ? { options: { ...asked, reasoning: "none" }, dropped: ["reasoning"] }
        : { options: asked, dropped: [] };
    case "chat": {
      const own = openai?.parallelToolCalls === false ? { parallel_tool_calls: false } : {};
      const prompt = asked.prompt.map(withErrorsTold);
      return { options: { ...asked, prompt, providerOptions: { ...others, [name]: own } }, dropped: [] };
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
      !message.content.some((part) => part.type === "reasoning" && isSigned(part.providerOptions?.anthropic)),
  );
}

/** A tool whose schema is none of OpenAI's strict ones is told as one that need not be kept to. */
function strictTools(tools: LanguageModelV4CallOptions["tools"]) {
  let dropped: string[] = [];
  const fit = tools?.map((tool) => {
    if (tool.type !== "function" || !tool.strict || keepsStrictRules(tool.inputSchema)) return tool;
    dropped = ["strictTools"];
    return { ...tool, strict: false };
  });
  return { tools: fit, dropped };
}

/** Chat has no field for it: that a result is an error, its text says. */
function withErrorsTold(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== "tool") return message;
  const content = message.content.map((part) =>
    part.type === "tool-result" && part.output.type === "error-text"
      ? { ...part, output: { type: "text" as const, value: JSON.stringify({ error: part.output.value }) } }
      : part,
  );
  return { ...message, content };
}

/** What came since the user's last word. */
function turnOf(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const last = prompt.findLastIndex(({ role }) => role === "user");
  return prompt.slice(last + 1);
}
