/**
 * Conversations of one dialect at a provider of another, by way of a neutral form: `LanguageModelV4` of `@ai-sdk/provider`.
 * This module, and all that it imports, is loaded when it is first needed.
 */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { anthropicError, googleError, openAiError } from "../dialects/errors.ts";
import { answers } from "./answers.ts";
import { readChat } from "./chat/read.ts";
import { chatWhole, chatWriter } from "./chat/write.ts";
import { BadRequest, type Client, type Read, unsupportedField } from "./client.ts";
import { fitted } from "./fit.ts";
import { readGemini } from "./gemini/read.ts";
import { geminiWhole, geminiWriter } from "./gemini/write.ts";
import { withinLimits } from "./limits.ts";
import { readMessages } from "./messages/read.ts";
import { messagesWhole, messagesWriter } from "./messages/write.ts";
import { write } from "./provider.ts";
import { readResponses } from "./responses/read.ts";
import { responsesWhole, responsesWriter } from "./responses/write.ts";
import type { ClientRequest, Conversation, ProviderSide, Translated } from "./types.ts";

const CLIENTS: Readonly<Record<Conversation, Client>> = {
  chat: { read: readChat, whole: chatWhole, writer: chatWriter, error: openAiError },
  responses: { read: readResponses, whole: responsesWhole, writer: responsesWriter, error: openAiError },
  messages: { read: readMessages, whole: messagesWhole, writer: messagesWriter, error: anthropicError },
  gemini: { read: readGemini, whole: geminiWhole, writer: geminiWriter, error: googleError },
};

/**
 * The request as the provider gets it, and what makes its answers the client's. `onUnsupported`: what the provider has no like
 * of is refused by its name, or left out and told.
 */
export async function translate(
  asked: ClientRequest,
  side: ProviderSide,
  onUnsupported: "refuse" | "drop",
): Promise<Outcome<Translated>> {
  const client = CLIENTS[asked.dialect];
  const read = reading(client, asked);
  if (!read.ok) return read;
  const { options, dropped } = fitted(read.value.options, side);
  const made = await writing(side, options, asked.stream);
  if (!made.ok) return made;
  const nameOf = (name: string) => fieldName(asked.dialect, name);
  // A cap that is too high for the model is lowered to what it can write at most.
  const isHint = (name: string) => name === "maxOutputTokens" || asksForNothing(asked.dialect, options, name);
  const lost = made.value.lost.filter((name) => !isHint(name));
  const unsupported = [...read.value.unsupported, ...lost.map(nameOf)];
  const [first] = unsupported;
  if (first !== undefined && onUnsupported === "refuse") return fail(unsupportedField(first, side));
  const { written } = made.value;
  const { body, isThoughtless } = withinLimits(written.body, options, side);
  const left = [...dropped, ...made.value.lost.filter(isHint), ...(isThoughtless ? ["reasoning"] : [])].map(nameOf);
  const all = [...new Set([...read.value.hints, ...left, ...unsupported])];
  const translation = answers({ client, asked, side, options, headers: written.headers, dropped: all });
  return ok({ path: written.path, search: written.search, body, translation });
}

function reading(client: Client, { body }: ClientRequest): Outcome<Read> {
  try {
    return ok(client.read(body));
  } catch (cause) {
    if (cause instanceof BadRequest) return fail(cause.refusal);
    throw cause;
  }
}

/** What the provider's package throws at, the provider would not take either. */
async function writing(side: ProviderSide, options: LanguageModelV4CallOptions, stream: boolean) {
  try {
    return ok(await write(side, options, stream));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return fail(gatewayError("invalid_request", `This cannot be translated for ${side.name}/${side.model}: ${why}`));
  }
}

/** What models do where they are told nothing. */
const USUAL: Readonly<Record<string, readonly number[]>> = {
  temperature: [1],
  topP: [1],
  presencePenalty: [0],
  frequencyPenalty: [0],
};
/** What Gemini's do besides: its clients write it into every request. */
const USUAL_OF_GEMINI: Readonly<Record<string, readonly number[]>> = { topP: [0.95], topK: [64] };

/** Whether the client only asks for what it would get without a word. */
function asksForNothing(dialect: Conversation, options: LanguageModelV4CallOptions, name: string): boolean {
  const value: unknown = Reflect.get(options, name);
  const usual = [...(USUAL[name] ?? []), ...((dialect === "gemini" && USUAL_OF_GEMINI[name]) || [])];
  return typeof value === "number" && usual.includes(value);
}

/** The client's names of neutral fields, where they are no other spelling of them. */
const FIELDS: Readonly<Record<Conversation, Readonly<Record<string, string>>>> = {
  chat: {
    reasoning: "reasoning_effort",
    stopSequences: "stop",
    maxOutputTokens: "max_completion_tokens",
    thoughts: "messages[].reasoning_content",
  },
  responses: { responseFormat: "text.format", thoughts: "input[].encrypted_content" },
  messages: {
    reasoning: "thinking",
    responseFormat: "output_config.format",
    maxOutputTokens: "max_tokens",
    parallelToolCalls: "tool_choice.disable_parallel_tool_use",
    strictTools: "tools[].strict",
    thoughts: "messages[].content[].thinking",
  },
  gemini: {
    reasoning: "generationConfig.thinkingConfig",
    responseFormat: "generationConfig.responseMimeType",
    thoughts: "contents[].parts[].thought",
  },
};

/** The client's name of a neutral field. */
function fieldName(dialect: Conversation, name: string): string {
  const own = FIELDS[dialect][name];
  if (own !== undefined) return own;
  if (dialect === "gemini") return /^(?:tools?|toolChoice)\b/.test(name) ? name : `generationConfig.${name}`;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
