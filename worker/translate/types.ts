/** What a translation is for the gateway. */
import type { JsonObject } from "../core/json.ts";

/** The formats of conversations that are translated into one another. */
export const CONVERSATIONS = ["chat", "responses", "messages", "gemini"] as const;
export type Conversation = (typeof CONVERSATIONS)[number];

/** A reader of the runtime's, or anything that reads as it does. */
export interface Chunks {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** Makes a provider's answers the client's. */
export interface Translation {
  /** Headers that the provider's format needs, in place of the client's. */
  headers: ReadonlyMap<string, string>;
  /** Fields of the client's that the provider did not get. */
  dropped: readonly string[];
  /** The request has left: there is time to make ready for its answer. */
  prepare(): Promise<void>;
  /** A success that is no stream. Its headers stay, but for the type. */
  whole(response: Response): Promise<Response>;
  /** A success that is a stream: event by event, as it comes. Its body is read through `chunks`, where they are given. */
  stream(response: Response, chunks?: Chunks): Response;
  /** A failure: its status and its message stay. */
  failure(response: Response): Promise<Response>;
}

/** A request in a client's format. */
export interface ClientRequest {
  dialect: Conversation;
  body: JsonObject;
  /** Whether a stream is asked for; Gemini's path says so. */
  stream: boolean;
  /** Gemini streams an array, unless it is asked for events. */
  asEvents: boolean;
}

/** The provider's side of it. */
export interface ProviderSide {
  dialect: Conversation;
  /** Its slug. */
  name: string;
  /** The end of its base URL. */
  base: string;
  model: string;
  /** As its provider says of itself. */
  refusesThoughts?: true | undefined;
  toolIdLength?: number | undefined;
  /** Its chats are OpenAI's own, not a copy's. */
  isOpenAi?: true | undefined;
}

/** What the provider gets. */
export interface Translated {
  path: string;
  search: string;
  body: string;
  translation: Translation;
}
