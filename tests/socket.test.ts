/** WebSockets of providers: they pass, unmetered; a key under a hard budget gets none, for nobody can bound them. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type System, startSystem } from "./support/system.ts";
import { type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { until } from "./support/until.ts";

const ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A provider that answers each text of a WebSocket with the same text. */
function echo(request: IncomingMessage, socket: Duplex): void {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${ACCEPT}`).digest("base64");
  const protocol = request.headers["sec-websocket-protocol"]?.split(",")[0];
  socket.write(
    [
      "HTTP/1.1 101 Switching Protocols",
      "upgrade: websocket",
      "connection: Upgrade",
      `sec-websocket-accept: ${accept}`,
      ...(protocol ? [`sec-websocket-protocol: ${protocol}`] : []),
      "\r\n",
    ].join("\r\n"),
  );
  socket.on("error", () => {});
  socket.on("data", (frame: Buffer) => {
    // Short masked texts alone, which is all that this test sends; a close ends it.
    if ((frame[0] ?? 0) !== 0x81) return void socket.end();
    const length = (frame[1] ?? 0) & 0x7f;
    const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, i) => byte ^ (frame[2 + (i % 4)] ?? 0)));
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
  });
}

let system: System;
let provider: Server;
let tenant: Tenant;
const asked: IncomingMessage[] = [];

beforeAll(async () => {
  provider = createServer();
  provider.on("upgrade", (request, socket) => {
    asked.push(request);
    echo(request, socket);
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  system = await startSystem();
  tenant = await newTenant(system);
  const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  await tenant.credential("openai", origin, "sk-real");
});
afterAll(async () => {
  await system.stop();
  provider.closeAllConnections();
  provider.close();
});

const recordOf = (key: Key) =>
  until("the record", 5_000, async () => (await tenant.records(`&key=${key.id}`))[0] ?? null);

const url = () => `${system.url.replace("http", "ws")}/openai/v1/realtime?model=gpt-realtime`;

test("a provider's WebSocket passes both ways, with the provider's key, and is recorded at an unknown cost", async () => {
  const key = await tenant.key();
  const socket = new WebSocket(url(), {
    protocols: ["realtime"],
    headers: { authorization: `Bearer ${key.key}`, "openai-beta": "realtime=v1" },
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  expect(socket.protocol).toBe("realtime");
  const said = new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data)));
  socket.send("hello");
  expect(await said).toBe("hello");
  socket.close();
  expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer sk-real", "openai-beta": "realtime=v1" });
  expect(asked[0]?.url).toBe("/v1/realtime?model=gpt-realtime");
  expect(await recordOf(key)).toMatchObject({
    model: "gpt-realtime",
    endpoint: "realtime",
    status: "ok",
    cost_usd: null,
  });
});

test("a key under a hard budget is refused one, and the provider hears nothing", async () => {
  const key = await tenant.key();
  await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "10" });
  asked.length = 0;
  const socket = new WebSocket(url(), { headers: { authorization: `Bearer ${key.key}` } });
  await new Promise((resolve) => socket.addEventListener("error", resolve));
  expect(asked).toHaveLength(0);
  expect(await recordOf(key)).toMatchObject({ status: "denied", http_status: 402, error_code: "unbounded_cost" });
});

test("a key that may use some models alone gets no socket of another", async () => {
  const key = await tenant.key({ allow: { models: ["gpt-5-mini"] } });
  const socket = new WebSocket(url(), { headers: { authorization: `Bearer ${key.key}` } });
  await new Promise((resolve) => socket.addEventListener("error", resolve));
  expect(await recordOf(key)).toMatchObject({ status: "denied", http_status: 403, error_code: "not_allowed" });
});
