/** How a stream of each dialect says that it broke off, so that its SDK raises an error instead of taking a part for the whole. */
import type { GatewayError } from "../core/errors.ts";
import { anthropicError, googleError, openAiError } from "./errors.ts";
import type { DialectName } from "./index.ts";

const EVENTS: Readonly<Partial<Record<DialectName, (error: GatewayError, requestId: string) => string>>> = {
  chat: (error, id) => data(openAiError(error, id)),
  completions: (error, id) => data(openAiError(error, id)),
  messages: (error, id) => `event: error\n${data(anthropicError(error, id))}`,
  responses: (error) =>
    `event: error\n${data({ type: "error", code: error.code, message: error.message, param: null, sequence_number: 0 })}`,
  gemini: (error, id) => data(googleError(error, id)),
};

const data = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;

/** The last event of a stream that `error` ended; null where the dialect has none. */
export const brokenEvent = (dialect: DialectName | null, error: GatewayError, requestId: string): string | null =>
  (dialect && EVENTS[dialect]?.(error, requestId)) ?? null;
