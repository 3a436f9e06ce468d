/** What the neutral form leaves to each provider. */
import type { LanguageModelV4CallOptions, LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { type AssistantPart, placeOf } from "./fields.ts";
import { keepsStrictRules } from "./strict.ts";
import { isSigned, withThoughts } from "./thoughts.ts";
import { withToolIds } from "./tool-ids.ts";
import { type OwnNames, withToolNames } from "./tool-names.ts";
import type { ProviderSide } from "./types.ts";

export interface Fitted {
  options: LanguageModelV4CallOptions;
  /** Neutral names of what the provider could not take, and gets something near to. */
  dropped: string[];
  /** Paths of what it has no like of. */
  lost: string[];
  /** The client's names of tools; null where the provider takes them all. */
  ownNames: OwnNames | null;
}

/** `options` with what this provider needs besides. */
export function fitted(asked: LanguageModelV4CallOptions, side: ProviderSide): Fitted {
  const shown = withoutPictures(withToolIds(asked.prompt, side), side);
  const { prompt, areMissing } = withThoughts(shown.prompt, side);
  const named = withToolNames({ ...asked, prompt }, side.dialect);
  const { options, dropped } = inDialect(named.options, side);
  return {
    options,
    dropped: areMissing ? ["thoughts", ...dropped] : dropped,
    lost: shown.lost,
    ownNames: named.ownNames,
  };
}

/** Only Gemini's models have pictures in what they said before. */
function withoutPictures(
  prompt: LanguageModelV4Prompt,
  { dialect }: ProviderSide,
): { prompt: LanguageModelV4Prompt; lost: string[] } {
  const hasPictures = (message: LanguageModelV4Message): boolean =>
    message.role === "assistant" && message.content.some(({ type }) => type === "file");
  if (dialect === "gemini" || !prompt.some(hasPictures)) return { prompt, lost: [] };
  const lost: string[] = [];
  const isTaken = (part: AssistantPart): boolean => {
    if (part.type !== "file") return true;
    lost.push(placeOf(part) ?? "prompt");
    return false;
  };
  const kept = prompt.flatMap((message): LanguageModelV4Message[] => {
    if (!hasPictures(message) || message.role !== "assistant") return [message];
    const content = message.content.filter(isTaken);
    return content.length > 0 ? [{ ...message, content }] : [];
  });
  return { prompt: kept, lost };
}

function inDialect(
  asked: LanguageModelV4CallOptions,
  { dialect, name, isOpenAi }: ProviderSide,
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
    case "responses":
      return asOpenAi(asked, { store: false });
    case "messages":
      return thoughtIsMissing(asked)
        ? { options: { ...asked, reasoning: "none" }, dropped: ["reasoning"] }
        : { options: asked, dropped: [] };
    case "chat": {
      if (isOpenAi) return asOpenAi({ ...asked, prompt: asked.prompt.map(withErrorsTold) }, {});
      const own = openai?.parallelToolCalls === false ? { parallel_tool_calls: false } : {};
      const prompt = asked.prompt.map(withErrorsTold);
      return { options: { ...asked, prompt, providerOptions: { ...others, [name]: own } }, dropped: [] };
    }
  }
}

/** As OpenAI's own packages take it. */
function asOpenAi(asked: LanguageModelV4CallOptions, more: { store?: false }) {
  const { responseFormat, providerOptions } = asked;
  const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
  const strictJsonSchema = schema !== undefined && keepsStrictRules(schema);
  const openai = { ...providerOptions?.openai, ...more, strictJsonSchema };
  const { tools, dropped } = strictTools(asked.tools);
  return { options: { ...asked, ...(tools && { tools }), providerOptions: { ...providerOptions, openai } }, dropped };
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
