/** Ids of tool calls as their next reader takes them: whoever made them may have other rules. */
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ProviderSide } from "./types.ts";

/** `prompt` with ids that the provider takes; the same id becomes the same one in every request. */
export function withToolIds(prompt: LanguageModelV4Prompt, side: ProviderSide): LanguageModelV4Prompt {
  const fits = fitting(side);
  const taken = (id: string): string => (fits.test(id) ? id : made(id, side.toolIdLength));
  const fitPart = <Part extends { type: string }>(part: Part): Part =>
    "toolCallId" in part && typeof part.toolCallId === "string"
      ? { ...part, toolCallId: taken(part.toolCallId) }
      : part;
  return prompt.map((message) => {
    switch (message.role) {
      case "assistant":
        return { ...message, content: message.content.map(fitPart) };
      case "tool":
        return { ...message, content: message.content.map(fitPart) };
      default:
        return message;
    }
  });
}

function fitting({ dialect, toolIdLength, isOpenAi }: ProviderSide): RegExp {
  if (toolIdLength !== undefined) return new RegExp(`^[A-Za-z0-9]{${toolIdLength}}$`);
  switch (dialect) {
    case "messages":
      return /^[\w-]+$/;
    case "responses":
      return /^.{1,64}$/s;
    case "chat":
      return isOpenAi ? /^.{1,40}$/s : /^/;
    default:
      return /^/;
  }
}

/** Letters and digits that stand for `id`. */
function made(id: string, length: number | undefined): string {
  const text = digestOf(id);
  return length === undefined ? `call_${text}` : text.padEnd(length, "0").slice(0, length);
}

/** Fourteen letters and digits that stand for `text`. */
export const digestOf = (text: string): string =>
  [0x811c9dc5, 0x9e3779b9].map((seed) => hash(text, seed).toString(36).padStart(7, "0")).join("");

/** FNV-1a, 32 bits. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
