/** How a provider on loopback answers: recorded exchanges, and everything that goes wrong with a provider. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Recording, responseBytes } from "./recordings.ts";
import type { Reply } from "./upstream.ts";

/** Sizes of the pieces that a body is sent in, over and over: events, lines and characters are torn. */
const PIECES = [1, 2, 1021, 17, 4096, 333, 3, 65_536];
/** Of the connection, or set anew by the server here. */
const NOT_REPLAYED = /^(?:content-length|content-encoding|transfer-encoding|connection)$/i;

/** Status, headers and bytes as they were recorded; a stream's in awkward pieces. */
export function recorded(recording: Recording): Reply {
  const bytes = responseBytes(recording);
  const headers = Object.entries(recording.response.headers).filter(([name]) => !NOT_REPLAYED.test(name));
  return async (response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    response.statusCode = recording.response.status;
    if (!recording.stream) {
      response.setHeader("content-length", bytes.byteLength);
      response.end(bytes);
      return;
    }
    for (const piece of torn(bytes)) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

/** `bytes` in pieces that begin and end where nobody expects it. */
export function torn(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, n = 0; at < bytes.byteLength; n++) {
    const size = PIECES[n % PIECES.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** A JSON answer. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

const COMPRESS = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync } as const;

/** A JSON answer under a content encoding, whether it was asked for or not. */
export const compressed =
  (encoding: keyof typeof COMPRESS, body: unknown): Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
    response.end(COMPRESS[encoding](JSON.stringify(body)));
  };

/** Bytes that are no HTTP. */
export const garbage: Reply = (response) => {
  response.socket?.end(Buffer.from([0, 1, 2, 0xff, ..."SSH-2.0-OpenSSH\r\n\r\n"].map(byteOf)));
};
const byteOf = (part: string | number): number => (typeof part === "number" ? part : part.charCodeAt(0));

/** Takes the request and says nothing. */
export const hangs: Reply = () => {};

/** Breaks the connection off instead of answering. */
export const resets: Reply = (response) => {
  response.socket?.destroy();
};

export interface Streaming {
  /** Between two events. */
  everyMs?: number;
  /** What follows the last event: the body's end, a broken connection, or nothing at all. */
  ending?: "end" | "cut" | "stall";
}

/** An SSE stream of these events, each with its blank line. */
export const streams =
  (events: readonly string[], { everyMs = 0, ending = "end" }: Streaming = {}): Reply =>
  async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    for (const event of events) {
      if (response.destroyed) return;
      response.write(event);
      await new Promise((resolve) => (everyMs > 0 ? setTimeout(resolve, everyMs) : setImmediate(resolve)));
    }
    if (ending === "end") response.end();
    // What was written has to leave first.
    else if (ending === "cut") setTimeout(() => response.socket?.destroy(), 50);
  };

/** A JSON body of which only the beginning comes. */
export const halfBody =
  (text: string): Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": text.length * 2 });
    response.write(text);
    setTimeout(() => response.socket?.destroy(), 50);
  };
