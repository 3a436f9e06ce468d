/** Every official SDK at a model of every other dialect: the sandbox plays the provider, the translation is the real one. */
import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { withoutMarks } from "../worker/translate/marks.ts";
import type { Conversation } from "../worker/translate/types.ts";
import { CITY, type Conversing, SDKS } from "./support/conversing.ts";
import { SIDES, type Through, through } from "./support/translated.ts";

const DIALECTS = Object.keys(SIDES) as Conversation[];
const PAIRS = DIALECTS.flatMap((client) =>
  DIALECTS.filter((side) => side !== client).map((side) => [client, side] as const),
);

/** A PNG of one pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const pixel = { type: "base64" as const, media_type: "image/png" as const, data: PIXEL };

function at(client: Conversation, side: Conversation): { via: Through; sdk: Conversing } {
  const via = through(SIDES[side]);
  return { via, sdk: SDKS[client]({ baseUrl: "https://meterr.invalid", key: "k", fetch: via.fetch, model: "any" }) };
}

describe.each(PAIRS)("the SDK of %s at a provider of %s", (client, side) => {
  test("gets the text and the usage, whole and streamed", async () => {
    const { sdk } = at(client, side);
    const { said } = await sdk.ask({ text: 'Hi [[sandbox: say="Hello, you there."]]' });
    expect(said).toMatchObject({ text: "Hello, you there.", calls: [] });
    expect(said.input).toBeGreaterThan(5);
    expect(said.output).toBeGreaterThan(2);
    expect(await sdk.stream({ text: 'Hi [[sandbox: say="Hello, you there."]]' })).toMatchObject(said);
  });

  test("calls a tool, and goes on from its result", async () => {
    const { sdk, via } = at(client, side);
    const turn = { text: "What is the weather in Paris?", tools: true };
    const { said, native } = await sdk.ask(turn);
    expect(said.calls).toEqual([{ id: expect.any(String), name: "get_weather", args: { city: expect.any(String) } }]);
    const streamed = await sdk.stream(turn);
    expect(streamed.calls.map(({ name, args }) => ({ name, args }))).toEqual([
      { name: "get_weather", args: said.calls[0]?.args },
    ]);
    const next = await sdk.ask({
      ...turn,
      text: "",
      after: { turn, native, calls: said.calls, result: "22 degrees, sunny" },
    });
    expect(JSON.stringify(via.exchanges.at(-1)?.body)).toContain("22 degrees, sunny");
    expect(next.said.text.length).toBeGreaterThan(0);
  });

  test("gets an answer of the shape that it asks for", async () => {
    const { sdk } = at(client, side);
    const { said } = await sdk.ask({ text: "Where is the Louvre?", schema: CITY });
    expect(JSON.parse(said.text)).toEqual({ city: expect.any(String) });
    expect(JSON.parse((await sdk.stream({ text: "Where is the Louvre?", schema: CITY })).text)).toEqual(
      JSON.parse(said.text),
    );
  });

  test("shows a picture", async () => {
    const { sdk, via } = at(client, side);
    const { said } = await sdk.ask({ text: "What is this?", image: PIXEL });
    expect(said.text.length).toBeGreaterThan(0);
    expect(JSON.stringify(via.exchanges[0]?.body)).toContain(PIXEL);
  });

  test("thinks, and brings its thoughts back with the result of a tool", async () => {
    const { sdk, via } = at(client, side);
    const turn = {
      text: "Think: what is the weather? [[sandbox: tool=get_weather reasoning=30]]",
      tools: true,
      think: true,
    };
    const { said, native } = await sdk.ask(turn);
    // The sandbox's OpenAI, as the real one, shows no thoughts unless a summary is asked for.
    const shows = side === "messages" || side === "gemini";
    if (shows) expect(said.reasoning.length).toBeGreaterThan(10);
    const streamed = await sdk.stream(turn);
    expect(streamed.reasoning).toBe(said.reasoning);
    expect(said.calls).toHaveLength(1);
    await sdk.ask({ ...turn, text: "", after: { turn, native, calls: said.calls, result: "sunny" } });
    const sent = JSON.stringify(via.exchanges.at(-1)?.body);
    expect(sent).not.toContain("mtr1");
    if (side === "messages" && client !== "chat")
      expect(sent).toMatch(/"type":"thinking","thinking":"[^"]+","signature":"[^"]+"/);
  });

  test("goes on at a provider of its own dialect without what only this one understands", async () => {
    const via = through(SIDES[side]);
    let asked = "";
    const spied: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      asked = await request.clone().text();
      return via.fetch(request);
    };
    const sdk = SDKS[client]({ baseUrl: "https://meterr.invalid", key: "k", fetch: spied, model: "any" });
    const turn = { text: "Think. [[sandbox: tool=get_weather reasoning=30]]", tools: true, think: true };
    const { said, native } = await sdk.ask(turn);
    await sdk.ask({ ...turn, text: "", after: { turn, native, calls: said.calls, result: "sunny" } });
    const json = JSON.parse(asked);
    const made = withoutMarks(asked, json, { dialect: client, isMaker: true });
    expect(
      withoutMarks(JSON.stringify(made?.json ?? json), made?.json ?? json, { dialect: client, isMaker: true }),
    ).toBeNull();
    const sent = JSON.stringify(made?.json ?? json);
    expect(sent).toContain("sunny");
    expect(sent).toContain("get_weather");
    expect(sent).not.toMatch(/mtr1|eyJtdHIi|encrypted_content":"|"signature":"/);
    if (client === "gemini") expect(sent).toContain('"thoughtSignature":"skip_thought_signature_validator"');
    if (client === "messages") {
      expect(sent).not.toContain('"thinking":');
      expect(made?.dropped).toEqual(["thinking"]);
    }
  });

  test("raises the provider's error, with its status and its words", async () => {
    const { sdk } = at(client, side);
    const error = { status: 429 };
    await expect(sdk.ask({ text: "[[sandbox: error=429]]" })).rejects.toMatchObject(error);
    await expect(sdk.stream({ text: "[[sandbox: error=429]]" })).rejects.toMatchObject(error);
  });

  test("never takes a stream that broke off for a whole one", async () => {
    const { sdk } = at(client, side);
    for (const fault of ["cut=4", "abort=4"]) {
      const outcome = await sdk.stream({ text: `Hi [[sandbox: tokens=90 ${fault}]]` }).then(
        ({ finish }) => finish,
        () => "raised",
      );
      expect(["raised", "", "failed"]).toContain(outcome);
    }
  });
});

test("sources of an answer are citations of the text for Anthropic's SDK, whole and streamed", async () => {
  const answer = {
    candidates: [
      {
        content: { role: "model", parts: [{ text: "It rains." }] },
        finishReason: "STOP",
        groundingMetadata: { groundingChunks: [{ web: { uri: "https://w.example/a", title: "Weather" } }] },
      },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  };
  const { fetch } = through(SIDES.gemini, "refuse", async (_, stream) =>
    stream
      ? new Response(`data: ${JSON.stringify(answer)}\n\n`, { headers: { "content-type": "text/event-stream" } })
      : Response.json(answer),
  );
  const anthropic = new Anthropic({ baseURL: "https://meterr.invalid", apiKey: "k", maxRetries: 0, fetch });
  const asking = { model: "any", max_tokens: 50, messages: [{ role: "user" as const, content: "Weather?" }] };
  const cited = [
    {
      type: "text",
      text: "It rains.",
      citations: [{ type: "web_search_result_location", url: "https://w.example/a", title: "Weather" }],
    },
  ];
  expect((await anthropic.messages.create(asking)).content).toMatchObject(cited);
  expect((await anthropic.messages.stream(asking).finalMessage()).content).toMatchObject(cited);
});

test("sources that a copy of OpenAI's chat tells in its own field are citations for every SDK", async () => {
  const page = { url: "https://w.example/a", title: "Weather" };
  const fields = [
    { citations: [page.url], search_results: [page] },
    { choices: [{ annotations: [{ type: "url_citation", url_citation: { ...page, start_index: 0, end_index: 2 } }] }] },
  ];
  const answer = (of: (typeof fields)[number], key: "message" | "delta") => {
    const { choices, ...more } = of;
    const message = { role: "assistant", content: "It rains.", ...choices?.[0] };
    return { id: "1", created: 1, model: "m", choices: [{ index: 0, [key]: message, finish_reason: "stop" }], ...more };
  };
  for (const of of fields) {
    const { fetch } = through(SIDES.chat, "refuse", async (_, stream) =>
      stream
        ? new Response(`data: ${JSON.stringify(answer(of, "delta"))}\n\ndata: [DONE]\n\n`, {
            headers: { "content-type": "text/event-stream" },
          })
        : Response.json(answer(of, "message")),
    );
    const anthropic = new Anthropic({ baseURL: "https://meterr.invalid", apiKey: "k", maxRetries: 0, fetch });
    const asking = { model: "any", max_tokens: 50, messages: [{ role: "user" as const, content: "Weather?" }] };
    const cited = [{ type: "text", text: "It rains.", citations: [{ type: "web_search_result_location", ...page }] }];
    expect((await anthropic.messages.create(asking)).content).toMatchObject(cited);
    expect((await anthropic.messages.stream(asking).finalMessage()).content).toMatchObject(cited);
  }
});

test("search results and documents of text reach every provider whole, from the user and from a tool; citations of them do not", async () => {
  const texts = (...all: string[]) => all.map((text) => ({ type: "text" as const, text }));
  const found = {
    type: "search_result" as const,
    source: "https://w.example/b",
    title: "Rain",
    content: texts("It rains."),
  };
  const cut = {
    type: "document" as const,
    title: "Manual",
    source: { type: "content" as const, content: [...texts("Turn it on."), { type: "image" as const, source: pixel }] },
  };
  const plain = {
    type: "document" as const,
    title: "Notes",
    source: { type: "text" as const, media_type: "text/plain" as const, data: "Buy milk." },
  };
  const call = { type: "tool_use" as const, id: "t1", name: "search", input: {} };
  const messages: Anthropic.MessageParam[] = [
    { role: "user", content: [found, cut, plain, ...texts("So?")] },
    { role: "assistant", content: [call] },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t1", content: [{ ...found, title: "Snow" }, ...texts("Done.")] }],
    },
  ];
  const tools = [{ name: "search", input_schema: { type: "object" as const } }];
  for (const side of ["chat", "responses", "gemini"] as const) {
    const { fetch, exchanges } = through(SIDES[side]);
    const anthropic = new Anthropic({ baseURL: "https://meterr.invalid", apiKey: "k", maxRetries: 0, fetch });
    await anthropic.messages.create({ model: "any", max_tokens: 50, messages, tools });
    const sent = JSON.stringify(exchanges[0]?.body);
    for (const part of [
      "Rain",
      "https://w.example/b",
      "It rains.",
      "Manual",
      "Turn it on.",
      PIXEL,
      "Notes",
      "Buy milk.",
    ])
      expect(sent, `${part} at ${side}`).toContain(part);
    expect(sent).toMatch(/Snow.*Done\./);
    expect(exchanges[0]?.dropped).toEqual([]);
    const citing = [{ role: "user" as const, content: [{ ...found, citations: { enabled: true } }] }];
    await expect(anthropic.messages.create({ model: "any", max_tokens: 50, messages: citing })).rejects.toMatchObject({
      status: 400,
    });
    const odd = [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "odd" }] }] }];
    const asked = { model: "any", max_tokens: 50, messages: odd as Anthropic.MessageParam[] };
    await expect(anthropic.messages.create(asked)).rejects.toThrow("messages[0].content[0].content[0].type");
  }
});
