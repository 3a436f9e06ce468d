/**
 * Every official SDK, and the Vercel AI SDK in every dialect, at a provider of every other dialect: what each can do there. The
 * provider stands on loopback and speaks its own format; what it is asked is looked at.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HeaderMap } from "../worker/core/header-map.ts";
import { answerSandbox } from "../worker/providers/sandbox/index.ts";
import { CONVERSATIONS, type Conversation } from "../worker/translate/types.ts";
import { CITY, type Conversing, SDKS, type Where } from "./support/conversing.ts";
import { type System, startSystem } from "./support/system.ts";
import { printTable } from "./support/table.ts";
import { type Key, newTenant } from "./support/tenant.ts";
import { SIDES } from "./support/translated.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";
import { vercel } from "./support/vercel.ts";

/** A PNG of one pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const CAPABILITIES = ["text", "stream", "tool", "schema", "image", "reasoning"] as const;
type Capability = (typeof CAPABILITIES)[number];

const CLIENTS = CONVERSATIONS.flatMap((dialect) => [
  { name: `SDK, ${dialect}`, dialect, converse: (where: Where): Conversing => SDKS[dialect](where) },
  { name: `AI SDK, ${dialect}`, dialect, converse: (where: Where): Conversing => vercel(dialect, where) },
]);
/** What a provider is asked in: the client's format, where it speaks that, else its own. */
const spoken = (client: Conversation, side: Conversation): Conversation =>
  side === "responses" && client === "chat" ? "chat" : side;
/** Vercel's package for OpenAI's chats looks for no thoughts. */
const seesThoughts = (name: string) => name !== "AI SDK, chat";

const PAIRS = CLIENTS.flatMap((client) =>
  CONVERSATIONS.filter((side) => side !== client.dialect).map((side) => ({ ...client, side })),
);

let system: System;
let upstream: Upstream;
let key: Key;
const done = new Map<string, Set<Capability>>();

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(async (response, { path, body, method }) => {
    const url = new URL(path, "https://provider.invalid");
    const side = SIDES[dialectAt(url.pathname)];
    const answer = await answerSandbox({
      provider: side.name,
      path: url.pathname,
      query: url.searchParams,
      method,
      headers: new HeaderMap(),
      body,
      signal: new AbortController().signal,
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  });
  const tenant = await newTenant(system);
  for (const { name } of Object.values(SIDES)) await tenant.credential(name, upstream.origin);
  key = await tenant.key();
});

afterAll(async () => {
  const names = [...new Set(PAIRS.map(({ name, side }) => `${name} > ${side}`))];
  printTable(
    "client > provider",
    CAPABILITIES,
    names.map((name) => [name, ...CAPABILITIES.map((one) => (done.get(name)?.has(one) ? "yes" : "NO"))]),
  );
  await upstream?.close();
  await system?.stop();
});

/** The format that is spoken at a provider's path. */
function dialectAt(path: string): Conversation {
  if (path.endsWith("/messages")) return "messages";
  if (path.endsWith("/responses")) return "responses";
  return path.includes(":") ? "gemini" : "chat";
}

describe.each(PAIRS)("$name at a provider of $side", ({ name, dialect, side, converse }) => {
  const model = `${SIDES[side].name}/${SIDES[side].model}`;
  const client = () => converse({ baseUrl: system.url, key: key.key, model });
  const can = (capability: Capability) => {
    const cell = `${name} > ${side}`;
    done.set(cell, (done.get(cell) ?? new Set()).add(capability));
  };
  /** What the provider was asked since `from`, each in its own format. */
  const asked = (from: number): string[] =>
    upstream.received.slice(from).map(({ path, body }) => {
      expect(dialectAt(new URL(path, "https://x.invalid").pathname)).toBe(spoken(dialect, side));
      return body.toString();
    });

  test("text and stream", async () => {
    const from = upstream.received.length;
    const turn = { text: 'Hi [[sandbox: say="Hello, you there."]]' };
    const { said } = await client().ask(turn);
    expect(said.text).toBe("Hello, you there.");
    expect(said.input).toBeGreaterThan(5);
    expect(said.output).toBeGreaterThan(2);
    can("text");
    const streamed = await client().stream(turn);
    expect(streamed).toMatchObject({ text: said.text, input: said.input, output: said.output });
    for (const body of asked(from)) expect(body).toContain("Be brief.");
    can("stream");
  });

  test("a tool's round trip", async () => {
    const turn = { text: "What is the weather in Paris?", tools: true };
    const { said, native } = await client().ask(turn);
    expect(said.calls).toMatchObject([{ name: "get_weather", args: { city: expect.any(String) } }]);
    const streamed = await client().stream(turn);
    expect(streamed.calls[0]?.args).toEqual(said.calls[0]?.args);
    const from = upstream.received.length;
    const next = await client().ask({
      ...turn,
      text: "",
      after: { turn, native, calls: said.calls, result: "22 degrees, sunny" },
    });
    expect(next.said.text.length).toBeGreaterThan(0);
    const [body] = asked(from);
    expect(body).toContain("22 degrees, sunny");
    expect(body).toContain("get_weather");
    can("tool");
  });

  test("an answer of a shape", async () => {
    const from = upstream.received.length;
    const { said } = await client().ask({ text: "Where is the Louvre?", schema: CITY });
    expect(JSON.parse(said.text)).toEqual({ city: expect.any(String) });
    for (const body of asked(from)) expect(body).toMatch(/"city"/);
    can("schema");
  });

  test("a picture", async () => {
    const from = upstream.received.length;
    const { said } = await client().ask({ text: "What is this?", image: PIXEL });
    expect(said.text.length).toBeGreaterThan(0);
    expect(asked(from)[0]).toContain(PIXEL);
    can("image");
  });

  test("reasoning, which goes on after a tool", async () => {
    const turn = {
      text: "Think: what is the weather? [[sandbox: tool=get_weather reasoning=30]]",
      tools: true,
      think: true,
    };
    const from = upstream.received.length;
    const { said, native } = await client().ask(turn);
    expect(asked(from)[0]).toMatch(/reasoning_effort|"reasoning":|"thinking":|thinkingConfig/);
    // Where a provider shows its thoughts, the client sees them.
    const isShown = (side === "messages" || side === "gemini") && seesThoughts(name);
    if (isShown) expect(said.reasoning.length).toBeGreaterThan(10);
    expect(said.calls).toHaveLength(1);
    const before = upstream.received.length;
    await client().ask({ ...turn, text: "", after: { turn, native, calls: said.calls, result: "sunny" } });
    const [body] = asked(before);
    expect(body).toContain("sunny");
    expect(body).not.toContain("mtr1");
    can("reasoning");
  });
});
