/** A client on a connection of its own, which can vanish without a word. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { DIALECTS } from "./asking.ts";

const { chat } = DIALECTS;

export interface Connecting {
  key: string;
  body: string;
  headers?: Record<string, string>;
}

/**
 * Asks OpenAI's chat completions at `url`. workerd, which here stands on bare TCP, takes a closed connection for a half-closed
 * one until it writes to it; a reset it sees at once.
 */
export function connect(
  url: string,
  { key, body, headers = {} }: Connecting,
): { socket: Socket; firstBytes: Promise<unknown> } {
  const { hostname, port, host } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.on("error", () => {});
  const head = [
    `POST /${chat.provider}${chat.path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  return { socket, firstBytes: once(socket, "data") };
}
