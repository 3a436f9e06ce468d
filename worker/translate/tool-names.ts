/** Names of tools as their next reader takes them, and back: clients may give longer ones, or with other signs. */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { digestOf } from "./tool-ids.ts";
import type { Conversation } from "./types.ts";

/** The client's names, by those that the provider got instead. */
export type OwnNames = ReadonlyMap<string, string>;

const LETTERS = /^[\w-]{1,64}$/;
/** What each takes. Gemini's names are no numbers; of its dots and colons nothing else knows. */
const FITS: Readonly<Record<Conversation, RegExp>> = {
  chat: LETTERS,
  responses: LETTERS,
  messages: LETTERS,
  gemini: /^[A-Za-z_][\w.:-]{0,63}$/,
};

/** `options` with names that the provider takes; the same name becomes the same one in every request. */
export function withToolNames(
  options: LanguageModelV4CallOptions,
  dialect: Conversation,
): { options: LanguageModelV4CallOptions; ownNames: OwnNames | null } {
  const fits = FITS[dialect];
  const isTaken = (name: string) => name === "" || fits.test(name);
  const { tools, prompt, toolChoice } = options;
  const areTaken =
    (tools ?? []).every(({ name }) => isTaken(name)) &&
    prompt.every(
      ({ role, content }) => role === "system" || role === "user" || content.every((part) => isTaken(nameIn(part))),
    );
  if (areTaken) return { options, ownNames: null };
  const ownNames = new Map<string, string>();
  const taken = (name: string): string => {
    if (isTaken(name)) return name;
    const made = madeOf(name);
    ownNames.set(made, name);
    return made;
  };
  const named = <Part extends { type: string }>(part: Part): Part =>
    nameIn(part) === "" ? part : { ...part, toolName: taken(nameIn(part)) };
  const renamed = {
    ...options,
    prompt: prompt.map((message) => {
      switch (message.role) {
        case "assistant":
          return { ...message, content: message.content.map(named) };
        case "tool":
          return { ...message, content: message.content.map(named) };
        default:
          return message;
      }
    }),
    ...(tools && { tools: tools.map((tool) => ({ ...tool, name: taken(tool.name) })) }),
    ...(toolChoice && { toolChoice: named(toolChoice) }),
  };
  return { options: renamed, ownNames };
}

/** The tool that a part is about; empty where it is about none. */
const nameIn = (part: { type: string }): string =>
  "toolName" in part && typeof part.toolName === "string" ? part.toolName : "";

/** As much of the name as fits, for the model to read, and what tells it from others that begin alike. */
function madeOf(name: string): string {
  const letters = name.replace(/[^\w-]/g, "_").slice(0, 48);
  return `${/^[A-Za-z_]/.test(letters) ? "" : "_"}${letters}_${digestOf(name)}`;
}
