/** What is measured: requests, and how many of them at once. */

const MESSAGES = [{ role: "user", content: "What is the capital of France? Answer in one short sentence, please." }];

/**
 * A client that asks for usage, as those of most providers need not, gets the stream as it is; for one that does not,
 * meterr asks, and takes the chunk with the usage out again.
 */
const STREAMED = {
  "as it is": { stream: true, stream_options: { include_usage: true } },
  "usage removed": { stream: true },
};

export interface Load {
  stream?: keyof typeof STREAMED;
  connections: number;
  seconds: number;
  /** Requests of each connection. */
  each?: number;
  requestsPerSecond?: number;
  /** Between two chunks. */
  everyMs?: number;
  /** Of the request's text. */
  promptBytes?: number;
}

export const LOADS = {
  throughput: { connections: 32, seconds: 3 },
  stream200: { stream: "as it is", connections: 8, seconds: 3 },
  stream200Edited: { stream: "usage removed", connections: 8, seconds: 3 },
  body64k: { connections: 8, seconds: 2, promptBytes: 64_000 },
  body5m: { connections: 2, seconds: 3, promptBytes: 5_000_000 },
} as const satisfies Record<string, Load>;

/** A thousand clients at once, each with a stream of twenty seconds. */
export const THOUSAND: Load = { stream: "as it is", connections: 1_000, seconds: 60, each: 1, everyMs: 100 };

/** At half of what meterr can: the delays of a system that has room. */
export const halfOf = (requestsPerSecond: number) =>
  ({ connections: 16, seconds: 4, requestsPerSecond: requestsPerSecond / 2 }) satisfies Load;

export function bodyOf(load: Load): string {
  return JSON.stringify({
    model: "gpt-5-mini",
    messages: load.promptBytes
      ? [{ role: "user", content: "All of it is one text. ".repeat(Math.ceil(load.promptBytes / 23)) }]
      : MESSAGES,
    max_completion_tokens: 400,
    ...(load.stream && STREAMED[load.stream]),
    ...(load.everyMs && { user: String(load.everyMs) }),
  });
}
