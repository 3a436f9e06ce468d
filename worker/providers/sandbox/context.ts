/** What a dialect gets to answer with. */
import type { HeaderReader } from "../../core/header-map.ts";
import type { Controls } from "./controls.ts";
import type { Failure } from "./failures.ts";
import type { Ids } from "./ids.ts";
import type { Fields } from "./json.ts";
import type { Play } from "./play.ts";
import type { Prompt } from "./prompt.ts";
import { providerHeaders } from "./provider-errors.ts";
import type { Reply } from "./reply.ts";

export interface Context {
  /** The provider that is played: its slug. */
  provider: string;
  query: URLSearchParams;
  headers: HeaderReader;
  bytes: Uint8Array;
  /** The JSON of the body; empty where it is none. */
  body: Fields;
  /** The model of the path or the body, without the sandbox's options. */
  model: string;
  ids: Ids;
}

export type ReadResult = { ok: true; prompt: Prompt } | { ok: false; failure: Failure };

/** A wire format for conversations. */
export interface Dialect {
  /** What the request asks for, or why it is refused. */
  read(context: Context): ReadResult;
  /** The answer in the format, streamed where `prompt.stream`. */
  write(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply;
  /** How a failure looks inside a stream that has begun. */
  errorEvents(context: Context, failed: Failure): string[];
}

export const jsonHeaders = (context: Context): Record<string, string> => ({
  "content-type": "application/json",
  ...providerHeaders(context.provider, context.ids),
});

export const eventHeaders = (context: Context): Record<string, string> => ({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  ...providerHeaders(context.provider, context.ids),
});

/** An unnamed event. */
export const dataEvent = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
/** An event with a name. */
export const namedEvent = (name: string, value: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
/** What ends the streams of OpenAI and most who follow it. */
export const DONE_EVENT = "data: [DONE]\n\n";
