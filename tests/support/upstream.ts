/** A provider on loopback: it answers as it is told to, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export interface Received {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Names and values, alternating, as they stood on the wire. */
  rawHeaders: string[];
  body: Buffer;
  /** Whether the answer's end was sent. */
  answered: boolean;
  /** When the caller hung up before that, in milliseconds since the epoch. */
  abortedAt: number | null;
}

/** Answers one request; `replies.ts` has them. */
export type Reply = (response: ServerResponse, received: Received) => void | Promise<void>;

export interface Upstream {
  /** What a credential's `origin` is set to. */
  origin: string;
  /** All requests so far, in order of their arrival. */
  received: Received[];
  /** How the requests from now on are answered. */
  reply: Reply;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback address. */
export async function startUpstream(reply: Reply = notTold): Promise<Upstream> {
  const server = createServer(async (request, response) => {
    const received: Received = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.alloc(0),
      answered: false,
      abortedAt: null,
    };
    upstream.received.push(received);
    // A caller may hang up at any moment, also while it is being written to.
    response.on("error", () => {});
    response.on("close", () => {
      received.answered = response.writableFinished;
      if (!received.answered) received.abortedAt = Date.now();
    });
    const { reply } = upstream;
    const body = await bodyOf(request);
    if (body === null) return;
    received.body = body;
    await reply(response, received);
  });
  // Stalled and hanging answers are the point.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    origin: `http://127.0.0.1:${port}`,
    received: [],
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return upstream;
}

/** An origin where nobody listens: a port that was free a moment ago. */
export async function closedOrigin(): Promise<string> {
  const { origin, close } = await startUpstream();
  await close();
  return origin;
}

const notTold: Reply = (response) => {
  response.writeHead(500).end("the test did not say how to answer");
};

/** Null where the caller broke off. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}
