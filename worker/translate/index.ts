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
import { type Fitted, fitted } from "./fit.ts";
import { readGemini } from "./gemini/read.ts";
import { geminiWhole, geminiWriter } from "./gemini/write.ts";
import { withinLimits } from "./limits.ts";
import { readMessages } from "./messages/read.ts";
import { messagesWhole, messagesWriter } from "./messages/write.ts";
import { fieldName } from "./names.ts";
import { type Written, write } from "./provider.ts";
import { refusedIn } from "./refused.ts";
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
 * The request as the provider gets it, and what makes its answers the client's. `sides`: what it may be asked in; the first of
 * them is taken, unless it has no like of something, and another takes all. `onUnsupported`: what none has a like of is refused
 * by its name, or left out and told.
 */
export async function translate(
  asked: ClientRequest,
  sides: readonly [ProviderSide, ...ProviderSide[]],
  onUnsupported: "refuse" | "drop",
): Promise<Outcome<Translated>> {
  const [side] = sides;
  const client = CLIENTS[asked.dialect];
  const read = reading(client, asked);
  if (!read.ok) return read;
  const { hints, unsupported } = read.value;
  const refused = (field: string) => fail(unsupportedField(field, side));
  if (unsupported[0] !== undefined && onUnsupported === "refuse") return refused(unsupported[0]);
  const made = await anyOf(asked, read.value.options, sides);
  if (!made.ok) return made;
  const { lost, told, fit, written } = made.value;
  if (lost[0] !== undefined && onUnsupported === "refuse") return refused(lost[0]);
  const { options, ownNames } = fit;
  const { body, isThoughtless } = withinLimits(written.body, options, made.value.side);
  const thoughts = isThoughtless ? [fieldName(asked.dialect, asked.body, "reasoning")] : [];
  const dropped = [...new Set([...hints, ...told, ...thoughts, ...unsupported, ...lost])];
  const { headers, path, search } = written;
  const translation = answers({ client, asked, side: made.value.side, options, headers, dropped, ownNames });
  return ok({ path, search, body, translation });
}

function reading(client: Client, { body }: ClientRequest): Outcome<Read> {
  try {
    return ok(client.read(body));
  } catch (cause) {
    if (cause instanceof BadRequest) return fail(cause.refusal);
    throw cause;
  }
}

interface Attempt {
  side: ProviderSide;
  fit: Fitted;
  written: Written;
  /** The client's names of what this side has no like of. */
  lost: string[];
  /** And of what it comes near to, or may leave out. */
  told: string[];
}

/** The request at the first of `sides`, or at one of the others, where that alone takes all of it. */
async function anyOf(
  asked: ClientRequest,
  options: LanguageModelV4CallOptions,
  [side, ...others]: readonly [ProviderSide, ...ProviderSide[]],
): Promise<Outcome<Attempt>> {
  const first = await attempt(asked, options, side);
  if (others.length === 0 || (first.ok && first.value.lost.length === 0)) return first;
  // What it does not take either way is no reason to stay.
  const leaves = new Set(first.ok ? first.value.told : toldOf(asked, fitted(options, side).dropped));
  for (const other of others) {
    const made = await attempt(asked, options, other);
    if (made.ok && made.value.lost.length === 0 && made.value.told.every((name) => leaves.has(name))) return made;
  }
  return first;
}

const toldOf = ({ dialect, body }: ClientRequest, names: readonly string[]): string[] =>
  names.map((name) => fieldName(dialect, body, name));

async function attempt(
  asked: ClientRequest,
  read: LanguageModelV4CallOptions,
  side: ProviderSide,
): Promise<Outcome<Attempt>> {
  const fit = fitted(read, side);
  const { options } = fit;
  try {
    const { written, lost, near } = await write(side, options, asked.stream);
    // A cap that is too high for the model is lowered to what it can write at most.
    const isHint = (name: string) => name === "maxOutputTokens" || asksForNothing(asked.dialect, options, name);
    return ok({
      side,
      fit,
      written,
      lost: [
        ...fit.lost,
        ...toldOf(
          asked,
          lost.filter((name) => !isHint(name)),
        ),
      ],
      told: toldOf(asked, [...fit.dropped, ...near, ...lost.filter(isHint)]),
    });
  } catch (cause) {
    // What the provider's package throws at, the provider would not take either.
    const why = cause instanceof Error ? cause.message : String(cause);
    const at = await refusedIn(side, options);
    const field = "place" in at ? at.place : fieldName(asked.dialect, asked.body, at.name);
    const message = `"${field}" cannot be translated for ${side.name}/${side.model}: ${why}`;
    return fail(gatewayError("invalid_request", message, { details: { field } }));
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
