/**
 * The provider of the benchmark, a process of its own: answers in whichever format it is asked in, at once, or as a stream
 * whose chunks come one by one, and are fewer where an argument says so. Prints its port.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Canned, CHUNKS, cannedFor, TIME } from "./canned.ts";

/** Between two chunks, so that each arrives alone, as from a model; a request may ask for more as its `user`. */
const CHUNK_EVERY_MS = 1;

const mostChunks = Number(process.argv[2] ?? CHUNKS);

function stream(response: ServerResponse, chunks: readonly Buffer[], everyMs: number): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let sent = 0;
  const timer = setInterval(() => {
    const chunk = timed(chunks[sent++]);
    if (chunk && sent < chunks.length) {
      response.write(chunk);
      return;
    }
    clearInterval(timer);
    response.end(chunk);
  }, everyMs);
  response.on("close", () => clearInterval(timer));
}

const timed = (chunk: Buffer | undefined): Buffer | string | undefined =>
  chunk?.includes(TIME)
    ? chunk.toString().replace(TIME, (performance.timeOrigin + performance.now()).toFixed(3))
    : chunk;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    // A peer may look around first.
    if (request.method !== "POST") return response.writeHead(404).end();
    const path = request.url ?? "";
    const body = JSON.parse(Buffer.concat(parts).toString());
    const canned: Canned = cannedFor(path);
    if (body.stream || path.includes(":streamGenerateContent")) {
      const all = canned.chunks(body.stream_options?.include_usage === true);
      const chunks = [...all.slice(0, mostChunks - 1), ...all.slice(-1)];
      return stream(response, chunks, Number(body.user ?? CHUNK_EVERY_MS));
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": canned.whole.length });
    response.end(canned.whole);
  });
});

server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 2_048 }, () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
process.on("disconnect", () => process.exit());
