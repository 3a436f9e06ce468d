/** What coding agents send, at providers of other dialects: their requests have more fields than an example's. */
import { expect, test } from "vitest";
import { SIDES, through } from "./support/translated.ts";

const post = (fetch: typeof globalThis.fetch, path: string, body: object) =>
  fetch(`https://meterr.invalid${path}`, { method: "POST", body: JSON.stringify(body) });

/** As Claude Code asks, in the middle of a session. */
const CLAUDE_CODE = {
  model: "any",
  max_tokens: 32_000,
  stream: true,
  temperature: 1,
  metadata: { user_id: "user_1" },
  system: [
    { type: "text", text: "You are a coding agent.", cache_control: { type: "ephemeral" } },
    { type: "text", text: "The directory is /repo.", cache_control: { type: "ephemeral" } },
  ],
  tools: [
    {
      name: "Bash",
      description: "Runs a command",
      input_schema: {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        properties: { command: { type: "string" }, timeout: { type: "number" } },
        required: ["command"],
        additionalProperties: false,
      },
    },
    {
      name: "Read",
      description: "Reads a file",
      input_schema: { type: "object", properties: { path: { type: "string" } } },
    },
  ],
  messages: [
    { role: "user", content: [{ type: "text", text: "<system-reminder>Be brief.</system-reminder>" }] },
    { role: "user", content: [{ type: "text", text: "Fix the test.", cache_control: { type: "ephemeral" } }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "I look at it." },
        { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "ls" } },
        { type: "tool_use", id: "toolu_2", name: "Read", input: { path: "a.ts" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "a.ts" }] },
        { type: "tool_result", tool_use_id: "toolu_2", content: "no such file", is_error: true },
        { type: "text", text: "Go on. [[sandbox: tool=none]]", cache_control: { type: "ephemeral" } },
      ],
    },
  ],
};

test.each(["chat", "responses", "gemini"] as const)(
  "Claude Code's session goes on at a provider of %s",
  async (side) => {
    // That the model has no such number is told: it is the usual one.
    const via = through(SIDES[side]);
    const answer = await post(via.fetch, "/v1/messages?beta=true", CLAUDE_CODE);
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(text).toContain("event: message_stop");
    const [exchange] = via.exchanges;
    expect(exchange?.dropped).toEqual([
      "metadata",
      "system[].cache_control",
      "messages[].content[].cache_control",
      ...(side === "responses" ? ["temperature"] : []),
    ]);
    const sent = JSON.stringify(exchange?.body);
    for (const part of [
      "You are a coding agent.",
      "The directory is /repo.",
      "Fix the test.",
      "no such file",
      '"command"',
    ]) {
      expect(sent).toContain(part.startsWith('"') ? "command" : part);
    }
  },
);

/** As Codex asks. */
const CODEX = {
  model: "any",
  instructions: "You are a coding agent.",
  input: [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "Approval is never needed." }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "Fix the test." }] },
    {
      type: "reasoning",
      summary: [{ type: "summary_text", text: "I should look." }],
      encrypted_content: "gAAAA-foreign",
    },
    { type: "function_call", name: "shell", arguments: '{"command":["ls"]}', call_id: "call_1" },
    { type: "function_call_output", call_id: "call_1", output: '{"output":"a.ts"}' },
    { type: "custom_tool_call", name: "apply_patch", input: "*** Begin Patch", call_id: "call_2", status: "completed" },
    { type: "custom_tool_call_output", call_id: "call_2", output: "done" },
  ],
  tools: [
    {
      type: "function",
      name: "shell",
      description: "Runs a command",
      strict: false,
      parameters: { type: "object", properties: { command: { type: "array", items: { type: "string" } } } },
    },
    {
      type: "custom",
      name: "apply_patch",
      description: "Edits files",
      format: { type: "grammar", syntax: "lark", definition: "start: begin hunk+ end" },
    },
  ],
  tool_choice: "auto",
  parallel_tool_calls: false,
  store: false,
  stream: true,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "session-1",
};

test.each(["chat", "messages", "gemini"] as const)("Codex's session goes on at a provider of %s", async (side) => {
  const via = through(SIDES[side]);
  const asked = { ...CODEX, tool_choice: { type: "custom", name: "apply_patch" } };
  const answer = await post(via.fetch, "/v1/responses", asked);
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  // Whose thoughts those are, only their maker knows.
  const foreign = side === "gemini" ? [] : ["input[].encrypted_content"];
  expect(via.exchanges[0]?.dropped).toEqual([
    "include",
    "prompt_cache_key",
    ...foreign,
    ...(side === "gemini" ? ["parallel_tool_calls"] : []),
  ]);
  expect(text).toContain("event: response.completed");
  // A tool that takes a text was called as one that takes JSON, and is a tool that takes a text again.
  expect(text).toMatch(/"type":"custom_tool_call","input":"[^"{]+"/);
  const sent = JSON.stringify(via.exchanges[0]?.body);
  for (const part of ["Approval is never needed.", "Begin Patch", "hunk+", "a.ts"]) expect(sent).toContain(part);
});

/** As Gemini CLI asks. */
const GEMINI_CLI = {
  systemInstruction: { role: "user", parts: [{ text: "You are a coding agent." }] },
  contents: [
    { role: "user", parts: [{ text: "Fix the test." }] },
    {
      role: "model",
      parts: [
        { functionCall: { name: "read_file", args: { path: "a.ts" } } },
        { functionCall: { name: "read_file", args: { path: "b.ts" } } },
      ],
    },
    {
      role: "user",
      parts: [
        { functionResponse: { name: "read_file", response: { output: "first" } } },
        { functionResponse: { name: "read_file", response: { output: "second" } } },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: "read_file",
          description: "Reads a file",
          parameters: { type: "OBJECT", properties: { path: { type: "STRING", nullable: true } }, required: ["path"] },
        },
      ],
    },
  ],
  generationConfig: {
    temperature: 1,
    topP: 0.95,
    topK: 64,
    thinkingConfig: { includeThoughts: true, thinkingBudget: 8192 },
  },
};

test.each(["chat", "responses", "messages"] as const)(
  "Gemini CLI's session goes on at a provider of %s",
  async (side) => {
    const via = through(SIDES[side]);
    const answer = await post(via.fetch, "/v1beta/models/any:streamGenerateContent?alt=sse", GEMINI_CLI);
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(text).toContain('"finishReason":"STOP"');
    const sent = JSON.stringify(via.exchanges[0]?.body);
    expect(sent.indexOf("first")).toBeLessThan(sent.indexOf("second"));
    expect(sent).toMatch(/"type":\["string","null"\]|"nullable":true/);
  },
);

test("a stream that is asked for as Gemini's array is one", async () => {
  const via = through(SIDES.messages);
  const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
  const answer = await post(via.fetch, "/v1beta/models/any:streamGenerateContent", body);
  expect(answer.headers.get("content-type")).toBe("application/json");
  const chunks = (await answer.json()) as { candidates: { finishReason?: string }[] }[];
  expect(chunks.length).toBeGreaterThan(1);
  expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe("STOP");
});

const HI = [{ role: "user", content: "Hi" }];

test.each([
  ["/v1/chat/completions", { messages: HI, seed: 1 }, "messages", "seed"],
  ["/v1/chat/completions", { messages: HI, n: 2 }, "gemini", "n"],
  ["/v1/chat/completions", { messages: HI, logprobs: true }, "messages", "logprobs"],
  ["/v1/chat/completions", { messages: HI, logit_bias: { 1: 2 } }, "messages", "logit_bias"],
  ["/v1/chat/completions", { messages: HI, frequency_penalty: 1 }, "messages", "frequency_penalty"],
  ["/v1/chat/completions", { messages: HI, tools: [{ type: "web_search" }] }, "gemini", "tools[0]"],
  [
    "/v1/chat/completions",
    { messages: [{ role: "user", content: [{ type: "x" }] }] },
    "gemini",
    "messages[0].content[0].type",
  ],
  ["/v1/chat/completions", { messages: HI, reasoning_effort: "ultra" }, "messages", "reasoning_effort"],
  ["/v1/chat/completions", { messages: HI, max_tokens: "100" }, "messages", "max_tokens"],
  ["/v1/responses", { input: "Hi", instructions: [{ role: "system", content: "Be brief." }] }, "chat", "instructions"],
  ["/v1/chat/completions", { messages: HI, response_format: { type: "grammar" } }, "gemini", "response_format.type"],
  [
    "/v1/chat/completions",
    { messages: HI, tools: [{ type: "function", function: { name: "f" } }], tool_choice: "sometimes" },
    "gemini",
    "tool_choice",
  ],
  [
    "/v1/chat/completions",
    { messages: [{ role: "system", content: [{ type: "image_url" }] }, ...HI] },
    "messages",
    "messages[0].content[0].type",
  ],
  [
    "/v1/chat/completions",
    { messages: [...HI, { role: "assistant", content: [{ type: "image_url" }] }, ...HI] },
    "messages",
    "messages[1].content[0].type",
  ],
  [
    "/v1/responses",
    { input: [{ role: "assistant", content: [{ type: "input_image" }] }] },
    "messages",
    "input[0].content[0].type",
  ],
  [
    "/v1/responses",
    { input: [{ role: "developer", content: [{ type: "input_file" }] }] },
    "messages",
    "input[0].content[0].type",
  ],
  ["/v1/messages", { max_tokens: 9, messages: HI, system: [{ type: "image" }] }, "chat", "system[0].type"],
  ["/v1/messages", { max_tokens: 9, messages: HI, thinking: { type: "odd" } }, "chat", "thinking.type"],
  [
    "/v1beta/models/x:generateContent",
    { contents: [], systemInstruction: { parts: [{ text: "x" }, { inlineData: { data: "eA==" } }] } },
    "chat",
    "systemInstruction.parts[1]",
  ],
  [
    "/v1beta/models/x:generateContent",
    { contents: [], generationConfig: { responseMimeType: "text/x.enum" } },
    "chat",
    "generationConfig.responseMimeType",
  ],
  ["/v1/responses", { input: "Hi", previous_response_id: "resp_1" }, "messages", "previous_response_id"],
  ["/v1/responses", { input: "Hi", background: true }, "messages", "background"],
  ["/v1/responses", { input: [{ type: "item_reference", id: "x" }] }, "messages", "input[0].type"],
  ["/v1/messages", { max_tokens: 9, messages: HI, top_k: 5 }, "responses", "top_k"],
  [
    "/v1/messages",
    { max_tokens: 9, messages: HI, tools: [{ type: "web_search_20250305", name: "w" }] },
    "chat",
    "tools[0]",
  ],
  ["/v1beta/models/x:generateContent", { contents: [], cachedContent: "c/1" }, "messages", "cachedContent"],
  [
    "/v1beta/models/x:generateContent",
    { contents: [], generationConfig: { seed: 1 } },
    "messages",
    "generationConfig.seed",
  ],
  [
    "/v1beta/models/x:generateContent",
    { contents: [], tools: [{ googleSearch: {} }] },
    "messages",
    "tools[0].googleSearch",
  ],
] as const)("%s refuses what %j has no like of by its name", async (path, body, side, field) => {
  const asking = { ...body, ...(path.includes("models/") ? {} : { model: "any" }) };
  const via = through(SIDES[side]);
  const answer = await post(via.fetch, path, asking);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: "invalid_request", details: { field } } });
  expect(via.exchanges).toHaveLength(0);
});

test("a route may have it dropped instead, and the answer says so", async () => {
  const via = through(SIDES.messages, "drop");
  const answer = await post(via.fetch, "/v1/chat/completions", { model: "any", messages: HI, seed: 1, logprobs: true });
  expect(answer.status).toBe(200);
  expect(via.exchanges[0]?.dropped).toEqual(["logprobs", "seed"]);
});

test("a turn whose thoughts did not come back goes on without thinking, and the answer says so", async () => {
  const via = through(SIDES.messages);
  const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
  const messages = [
    ...HI,
    { role: "assistant", content: null, tool_calls: [call] },
    { role: "tool", tool_call_id: "call_1", content: "1" },
  ];
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }];
  await post(via.fetch, "/v1/chat/completions", { model: "any", messages, tools, reasoning_effort: "high" });
  expect(via.exchanges[0]?.dropped).toEqual(["reasoning_effort"]);
  expect(via.exchanges[0]?.body.thinking).not.toMatchObject({ type: "enabled" });
});

/** Two calls at once, the first of which shows a picture. */
const PICTURE = "iVBORw0KGgo=";
const RESULTS = {
  "/v1/messages": {
    max_tokens: 9,
    messages: [
      ...HI,
      { role: "assistant", content: ["a", "b"].map((id) => ({ type: "tool_use", id, name: "f", input: {} })) },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "a",
            content: [
              { type: "text", text: "first" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: PICTURE } },
            ],
          },
          { type: "tool_result", tool_use_id: "b", content: "second" },
        ],
      },
    ],
  },
  "/v1/chat/completions": {
    messages: [
      ...HI,
      {
        role: "assistant",
        tool_calls: ["a", "b"].map((id) => ({ id, type: "function", function: { name: "f", arguments: "{}" } })),
      },
      {
        role: "tool",
        tool_call_id: "a",
        content: [
          { type: "text", text: "first" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${PICTURE}` } },
        ],
      },
      { role: "tool", tool_call_id: "b", content: "second" },
    ],
  },
  "/v1/responses": {
    input: [
      ...HI,
      ...["a", "b"].map((call_id) => ({ type: "function_call", call_id, name: "f", arguments: "{}" })),
      {
        type: "function_call_output",
        call_id: "a",
        output: [
          { type: "input_text", text: "first" },
          { type: "input_image", image_url: `data:image/png;base64,${PICTURE}` },
        ],
      },
      { type: "function_call_output", call_id: "b", output: "second" },
    ],
  },
} as const;

test.each([
  ["/v1/messages", "chat"],
  ["/v1/messages", "responses"],
  ["/v1/messages", "gemini"],
  ["/v1/chat/completions", "messages"],
  ["/v1/chat/completions", "gemini"],
  ["/v1/responses", "chat"],
  ["/v1/responses", "gemini"],
] as const)(
  "pictures of results of %s come behind all results of their turn at a provider of %s",
  async (path, side) => {
    const via = through(SIDES[side]);
    const answer = await post(via.fetch, path, { model: "any", ...RESULTS[path] });
    expect(answer.status, await answer.text()).toBe(200);
    const sent = JSON.stringify(via.exchanges[0]?.body);
    expect(sent).toMatch(new RegExp(`first.*second.*${PICTURE}`));
  },
);

const FUNCTION = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
const calling = (id: string) => ({
  messages: [
    ...HI,
    {
      role: "assistant",
      reasoning_content: "Hm.",
      tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: id, content: "1" },
  ],
});

test.each([
  ["messages", "functions.f:0", /^[\w-]+$/],
  ["responses", `call_${"x".repeat(80)}`, /^.{1,64}$/],
  ["chat", "toolu_01A09q90qw90lq917835lq9", /^[a-zA-Z0-9]{9}$/],
  ["gemini", "functions.f:0", /^functions\.f:0$/],
] as const)("ids of calls are as a provider of %s takes them, and the same in the result", async (side, id, fits) => {
  const asked = [id, `${id}1`].map(async (one) => {
    const made = await called(one, side);
    return made.match(/"(?:id|tool_use_id|call_id|tool_call_id)":"(?!msg)([^"]+)"/g)?.map((m) => m.split('"')[3] ?? "");
  });
  const [first, second] = await Promise.all(asked);
  expect(first?.length).toBe(2);
  expect(new Set(first).size).toBe(1);
  expect(first?.[0]).toMatch(fits);
  expect(second?.[0]).not.toBe(first?.[0]);
});

/** What the provider gets of a conversation with one call of this id. */
async function called(id: string, side: keyof typeof SIDES): Promise<string> {
  const input = [
    ...HI,
    { type: "function_call", call_id: id, name: "f", arguments: "{}" },
    { type: "function_call_output", call_id: id, output: "1" },
  ];
  const { input: _, ...asked } = { input, ...calling(id) };
  const isOwn = side === "responses";
  const via = through(SIDES[side]);
  await post(via.fetch, isOwn ? "/v1/chat/completions" : "/v1/responses", {
    model: "any",
    ...(isOwn ? asked : { input }),
  });
  return JSON.stringify(via.exchanges[0]?.body);
}

test("thoughts that the provider does not take are left out, and the answer says so", async () => {
  const { messages } = calling("call_1");
  for (const side of ["messages", "responses"] as const) {
    const via = through(SIDES[side]);
    await post(via.fetch, "/v1/chat/completions", { model: "any", messages });
    expect(via.exchanges[0]?.dropped).toEqual(["messages[].reasoning_content"]);
    expect(JSON.stringify(via.exchanges[0]?.body)).not.toContain("Hm.");
  }
  const thinking = { role: "assistant", content: [{ type: "thinking", thinking: "Hm.", signature: "x" }] };
  const strict = through(SIDES.chat);
  await post(strict.fetch, "/v1/messages", { model: "any", max_tokens: 9, messages: [...HI, thinking, ...HI] });
  expect(strict.exchanges[0]?.dropped).toEqual(["messages[].content[].thinking"]);
  expect(JSON.stringify(strict.exchanges[0]?.body)).not.toContain("Hm.");
});

test("a cap holds for thoughts and answer together, and a budget of thoughts is not widened", async () => {
  const bodyOf = async (path: string, body: object, side: keyof typeof SIDES) => {
    const via = through(SIDES[side]);
    await post(via.fetch, path, { model: "any", ...body });
    return via.exchanges[0];
  };
  const asked = { messages: HI, reasoning_effort: "high" };
  const high = await bodyOf("/v1/chat/completions", { ...asked, max_completion_tokens: 2_000 }, "messages");
  expect(high?.body).toMatchObject({ max_tokens: 2_000, thinking: { type: "enabled", budget_tokens: 1_200 } });
  const short = await bodyOf("/v1/chat/completions", { ...asked, max_completion_tokens: 800 }, "messages");
  expect(short?.body).toMatchObject({ max_tokens: 800 });
  expect(short?.body).not.toHaveProperty("thinking");
  expect(short?.dropped).toEqual(["reasoning_effort"]);
  const contents = [{ parts: [{ text: "Hi" }] }];
  const budget = { contents, generationConfig: { thinkingConfig: { thinkingBudget: 2_000 } } };
  const claude = await bodyOf("/v1beta/models/x:generateContent", budget, "messages");
  expect(claude?.body).toMatchObject({ thinking: { budget_tokens: 2_000 } });
  const thinking = { max_tokens: 9_000, messages: HI, thinking: { type: "enabled", budget_tokens: 1_024 } };
  const gemini = await bodyOf("/v1/messages", thinking, "gemini");
  expect(gemini?.body).toMatchObject({ generationConfig: { thinkingConfig: { thinkingBudget: 1_024 } } });
});

test("what only asks for the usual is told where a model has no such field, and else refused", async () => {
  const ask = async (more: object, path = "/v1/chat/completions") => {
    const via = through(SIDES.responses);
    const answer = await post(via.fetch, path, { model: "any", messages: HI, max_tokens: 9, ...more });
    return answer.status === 200 ? via.exchanges[0]?.dropped : (await answer.json()).error.details.field;
  };
  const usual = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 };
  expect((await ask(usual)).toSorted()).toEqual(Object.keys(usual).toSorted());
  for (const [field, value] of [
    ["temperature", 0.2],
    ["presence_penalty", 1],
  ] as const)
    expect(await ask({ [field]: value })).toBe(field);
  expect(await ask({ temperature: 1 }, "/v1/messages")).toEqual(["temperature"]);
  expect(await ask({ top_k: 64 }, "/v1/messages")).toBe("top_k");
});

test("that a result is an error, and that tools come one at a time, is told or translated everywhere", async () => {
  const messages = [
    ...HI,
    { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "no such file", is_error: true }] },
  ];
  for (const side of ["chat", "responses", "gemini"] as const) {
    const via = through(SIDES[side]);
    await post(via.fetch, "/v1/messages", { model: "any", max_tokens: 9, messages });
    expect(JSON.stringify(via.exchanges[0]?.body)).toMatch(/\\?"error\\?":\\?"no such file/);
  }
  for (const [side, dropped] of [
    ["messages", []],
    ["responses", []],
    ["gemini", ["parallel_tool_calls"]],
  ] as const) {
    const via = through(SIDES[side]);
    const asked = { model: "any", messages: HI, tools: [FUNCTION], parallel_tool_calls: false };
    await post(via.fetch, "/v1/chat/completions", asked);
    expect(via.exchanges[0]?.dropped).toEqual(dropped);
  }
});

test("a schema is asked for strictly where it keeps the rules that OpenAI has for that", async () => {
  const ask = async (schema: object, strict: boolean) => {
    const via = through(SIDES.responses);
    const tools = [{ name: "f", input_schema: schema, ...(strict && { strict }) }];
    const output_config = { format: { type: "json_schema", schema } };
    await post(via.fetch, "/v1/messages", { model: "any", max_tokens: 9, messages: HI, tools, output_config });
    return via.exchanges[0];
  };
  const inner = { type: "object", properties: { b: { type: "string" } }, additionalProperties: false };
  const whole = { ...inner, required: ["b"] };
  const outer = (a: object) => ({ type: "object", properties: { a }, required: ["a"], additionalProperties: false });
  const kept = await ask(outer({ type: "array", items: whole }), true);
  expect(kept?.body).toMatchObject({ text: { format: { strict: true } }, tools: [{ strict: true }] });
  const loose = await ask(outer({ anyOf: [inner, { type: "null" }] }), true);
  expect(loose?.body).toMatchObject({ text: { format: { strict: false } }, tools: [{ strict: false }] });
  expect(loose?.dropped).toEqual(["tools[].strict"]);
});

test("an answer that calls tools waits for them, whatever its provider says of its end", async () => {
  const call = { index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } };
  const answer = (message: "message" | "delta") => ({
    ...{ id: "1", created: 1, model: "m" },
    choices: [{ index: 0, [message]: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "stop" }],
  });
  const { fetch } = through(SIDES.chat, "refuse", async (_, stream) =>
    stream
      ? new Response(`data: ${JSON.stringify(answer("delta"))}\n\ndata: [DONE]\n\n`, {
          headers: { "content-type": "text/event-stream" },
        })
      : Response.json(answer("message")),
  );
  const asked = { model: "any", max_tokens: 9, messages: HI };
  expect(await (await post(fetch, "/v1/messages", asked)).json()).toMatchObject({ stop_reason: "tool_use" });
  const stream = await post(fetch, "/v1/messages", { ...asked, stream: true });
  expect(await stream.text()).toContain('"stop_reason":"tool_use"');
});

test("a recording is told by its own format", async () => {
  const asked = (format: string) => ({
    model: "any",
    messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "eA==", format } }] }],
  });
  for (const [format, type] of [
    ["mp3", "audio/mpeg"],
    ["wav", "audio/wav"],
    ["flac", "audio/flac"],
  ] as const) {
    const via = through(SIDES.gemini);
    await post(via.fetch, "/v1/chat/completions", asked(format));
    expect(JSON.stringify(via.exchanges[0]?.body)).toContain(`"mimeType":"${type}"`);
  }
});

test("thoughts of two kinds come back from a client of Gemini's as they were signed, streamed or not", async () => {
  const blocks = [
    { type: "thinking", thinking: "First this, then that.", signature: "SIGNED" },
    { type: "redacted_thinking", data: "HIDDEN" },
    { type: "tool_use", id: "toolu_1", name: "f", input: {} },
  ];
  const message = { id: "m", type: "message", role: "assistant", model: "m", content: [], stop_reason: null };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const thinking = (delta: object) => ({ type: "content_block_delta", index: 0, delta });
  const events = [
    { type: "message_start", message: { ...message, usage } },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
    thinking({ type: "thinking_delta", thinking: "First this, " }),
    thinking({ type: "thinking_delta", thinking: "then that." }),
    thinking({ type: "signature_delta", signature: "SIGNED" }),
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: blocks[1] },
    { type: "content_block_stop", index: 1 },
    { type: "content_block_start", index: 2, content_block: blocks[2] },
    { type: "content_block_stop", index: 2 },
    { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const via = through(SIDES.messages, "refuse", async (_, stream) =>
    stream
      ? new Response(text, { headers: { "content-type": "text/event-stream" } })
      : Response.json({ ...message, content: blocks, stop_reason: "tool_use", usage }),
  );
  const hi = { role: "user", parts: [{ text: "Hi" }] };
  const generationConfig = { thinkingConfig: { thinkingBudget: 2_000 } };
  const result = { role: "user", parts: [{ functionResponse: { name: "f", response: { output: "1" } } }] };
  for (const method of ["generateContent", "streamGenerateContent"]) {
    const path = `/v1beta/models/any:${method}`;
    const answer = await (await post(via.fetch, path, { contents: [hi], generationConfig })).json();
    const chunks = [answer].flat() as { candidates: { content: object }[] }[];
    const said = chunks.flatMap(({ candidates }) => candidates.map(({ content }) => content));
    await post(via.fetch, path, { contents: [hi, ...said, result], generationConfig });
    const sent = via.exchanges.at(-1)?.body.messages as { content: object[] }[];
    expect(sent[1]?.content, method).toEqual(blocks);
  }
});
