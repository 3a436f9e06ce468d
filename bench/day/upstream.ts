/**
 * Providers on loopback that bill as the real ones do: usage by what was asked, prompt caches by what was sent before, a tier
 * that is cheaper and not always there. An answer follows from its question alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Served } from "./prices.ts";
import { type Entries, MOST_MARKS, readAnthropic, readOpenai } from "./prompt-cache.ts";
import { chanceOf, digestOf } from "./question.ts";
import { chatReply, messagesReply } from "./replies.ts";
import type { Body } from "./types.ts";

/**
 * `x-client-request-id: day-<virtual milliseconds>-<number>`, with `-twice` behind it for a double click: providers get it as it
 * was sent, and no cache looks at it.
 */
export const TIME_HEADER = "x-client-request-id";
/** OpenAI says that flex is refused at times, and not how often. */
const FLEX_REFUSED = 0.05;
/** Models take seconds: a second click comes while the first one is being answered. All others need not wait. */
const ANSWER_AFTER_MS = 5;
const TWICE_ANSWER_AFTER_MS = 300;

export interface Providers {
  /** Of a provider by our slug. */
  originOf(provider: string): string;
  /** All that was answered, and is to be paid. */
  served: Served[];
  close(): Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const served: Served[] = [];
  const caches = new Map<string, Entries>();
  const server = createServer(async (request, response) => {
    response.on("error", () => {});
    const [, provider = "", ...rest] = (request.url ?? "").split("/");
    const body = JSON.parse(await textOf(request)) as Body;
    const sent = String(request.headers[TIME_HEADER] ?? "");
    const now = Number(/^day-(\d+)-/.exec(sent)?.[1] ?? Number.NaN);
    if (Number.isNaN(now)) return void response.writeHead(500).end("no virtual time");
    const entries = caches.get(provider) ?? new Map();
    caches.set(provider, entries);
    await new Promise((resolve) =>
      setTimeout(resolve, sent.endsWith("-twice") ? TWICE_ANSWER_AFTER_MS : ANSWER_AFTER_MS),
    );
    const asked = { provider, body, now, entries, served };
    if (rest.at(-1) === "messages") answerMessages(response, asked);
    else if (rest.at(-1) === "completions") answerChat(response, asked);
    else response.writeHead(404).end(`{"error":{"message":"not here: ${request.url}"}}`);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    originOf: (provider) => `http://127.0.0.1:${port}/${provider}`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  provider: string;
  body: Body;
  /** Virtual. */
  now: number;
  entries: Entries;
  served: Served[];
}

function answerMessages(response: ServerResponse, { provider, body, now, entries, served }: Asked): void {
  const marks = JSON.stringify(body).split('"cache_control":').length - 1;
  if (marks > MOST_MARKS) {
    const message = `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
    return void response
      .writeHead(400, { "content-type": "application/json" })
      .end(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } }));
  }
  const digest = digestOf(body);
  const { rest, read, write5m, write1h } = readAnthropic(entries, body, now);
  const output = outputOf(digest, Number(body.max_tokens));
  served.push({
    ...{ provider, model: String(body.model), input: rest + read + write5m + write1h, cached: read },
    ...{ write: write5m, write1h, output, flex: false },
  });
  messagesReply(response, body, { digest, rest, read, write5m, write1h, output });
}

function answerChat(response: ServerResponse, { provider, body, now, entries, served }: Asked): void {
  const digest = digestOf(body);
  const flex = body.service_tier === "flex";
  if (flex && chanceOf(digest, "flex") < FLEX_REFUSED) {
    const error = { message: "Resource unavailable.", type: "invalid_request_error", code: "resource_unavailable" };
    return void response.writeHead(429, { "content-type": "application/json" }).end(JSON.stringify({ error }));
  }
  // Only OpenAI sells what it kept for less.
  const { input, cached } =
    provider === "openai" ? readOpenai(entries, body, now) : { ...readOpenai(new Map(), body, now), cached: 0 };
  const output = outputOf(digest, Number(body.max_completion_tokens ?? body.max_tokens));
  served.push({ provider, model: String(body.model), input, cached, write: 0, write1h: 0, output, flex });
  chatReply(response, body, { digest, input, cached, output, tier: flex ? "flex" : "default" });
}

/** Between two fifths and nine tenths of what may be said. */
const outputOf = (digest: string, most: number): number => Math.floor(most * (0.4 + 0.5 * chanceOf(digest, "output")));

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
