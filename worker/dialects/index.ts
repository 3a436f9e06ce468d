/** All wire formats by name. */
import { chat } from "./chat.ts";
import { cohere } from "./cohere.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import { gemini } from "./gemini.ts";
import { images, speech, transcription } from "./media.ts";
import { messages } from "./messages.ts";
import { responses } from "./responses.ts";

export const DIALECTS = {
  chat,
  completions,
  responses,
  messages,
  gemini,
  cohere,
  embeddings,
  images,
  speech,
  transcription,
} as const;
export type DialectName = keyof typeof DIALECTS;
