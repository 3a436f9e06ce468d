/**
 * The provider of the benchmark, a process of its own: answers a chat completion at once, or as a stream whose chunks
 * come one by one. Prints its port.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Chunks of a stream; the name `stream200` in the results. */
const CHUNKS = 200;

/** Between two chunks, so that each arrives alone, as from a model. */
const CHUNK_EVERY_MS = 1;

const USAGE = { prompt_tokens: 24, completion_tokens: CHUNKS, total_tokens: 24 + CHUNKS };
const HEAD = { id: "chatcmpl-bench", created: 1_790_000_000, model: "gpt-5-mini-2025-08-07" };

const ANSWER = Buffer.from(
  JSON.stringify({
    ...HEAD,
    object: "chat.completion",
    choices: [
      { index: 0, message: { role: "assistant", content: "A short answer, as most are." }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 24, completion_tokens: 9, total_tokens: 33 },
  }),
);

const chunk = (fields: object) =>
  Buffer.from(`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", ...fields })}\n\n`);

const DELTA = chunk({ choices: [{ index: 0, delta: { content: " word" }, finish_reason: null }] });
const LAST = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const USAGE_CHUNK = chunk({ choices: [], usage: USAGE });

function stream(response: ServerResponse, withUsage: boolean): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let sent = 0;
  const timer = setInterval(() => {
    if (++sent < CHUNKS) {
      response.write(DELTA);
      return;
    }
    clearInterval(timer);
    response.write(LAST);
    if (withUsage) response.write(USAGE_CHUNK);
    response.end("data: [DONE]\n\n");
  }, CHUNK_EVERY_MS);
  response.on("close", () => clearInterval(timer));
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(parts).toString());
    if (body.stream) return stream(response, body.stream_options?.include_usage === true);
    response.writeHead(200, { "content-type": "application/json", "content-length": ANSWER.length });
    response.end(ANSWER);
  });
});

server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on("disconnect", () => process.exit());
