/** The same conversation with each official SDK: what it is asked, and what came of it, in the same words. */
import Anthropic from "@anthropic-ai/sdk";
import { type Content, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

/** What came of a turn. */
export interface Said {
  text: string;
  reasoning: string;
  calls: { id: string; name: string; args: unknown }[];
  input: number;
  output: number;
  finish: string;
}

export interface Turn {
  text: string;
  image?: string;
  tools?: boolean;
  schema?: object;
  think?: boolean;
  /** A turn before this one, whose calls are answered now. */
  after?: { turn: Turn; native: unknown; calls: Said["calls"]; result: string };
}

export interface Conversing {
  /** `native` is the answer as the SDK gives it, for the history of the next turn. */
  ask(turn: Turn): Promise<{ said: Said; native: unknown }>;
  stream(turn: Turn): Promise<Said>;
}

export interface Where {
  baseUrl: string;
  key: string;
  fetch?: typeof fetch;
  model: string;
}

export const CITY = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const TOOL = { name: "get_weather", description: "The weather of a city" };
const MAX = 4_000;

export function openAiChat({ baseUrl, key, fetch, model }: Where): Conversing {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: key, maxRetries: 0, ...(fetch && { fetch }) });
  const messages = (turn: Turn): OpenAI.ChatCompletionMessageParam[] => [
    ...(turn.after
      ? [
          ...messages(turn.after.turn),
          turn.after.native as OpenAI.ChatCompletionMessageParam,
          ...turn.after.calls.map(({ id }) => ({
            role: "tool" as const,
            tool_call_id: id,
            content: turn.after?.result ?? "",
          })),
        ]
      : [
          { role: "system" as const, content: "Be brief." },
          {
            role: "user" as const,
            content: [
              { type: "text" as const, text: turn.text },
              ...(turn.image
                ? [{ type: "image_url" as const, image_url: { url: `data:image/png;base64,${turn.image}` } }]
                : []),
            ],
          },
        ]),
  ];
  const body = (turn: Turn): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
    model,
    max_completion_tokens: MAX,
    messages: messages(turn),
    ...(turn.tools && { tools: [{ type: "function", function: { ...TOOL, parameters: CITY } }] }),
    ...(turn.schema && {
      response_format: { type: "json_schema", json_schema: { name: "place", schema: { ...turn.schema } } },
    }),
    ...(turn.think && { reasoning_effort: "low" }),
  });
  const said = ({ choices, usage }: OpenAI.ChatCompletion): Said => {
    const message = choices[0]?.message as OpenAI.ChatCompletionMessage & { reasoning_content?: string };
    return {
      text: message.content ?? "",
      reasoning: message.reasoning_content ?? "",
      calls: (message.tool_calls ?? []).flatMap((call) =>
        "function" in call
          ? [{ id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) }]
          : [],
      ),
      input: usage?.prompt_tokens ?? -1,
      output: usage?.completion_tokens ?? -1,
      finish: choices[0]?.finish_reason ?? "",
    };
  };
  return {
    ask: async (turn) => {
      const answer = await client.chat.completions.create(body(turn));
      return { said: said(answer), native: answer.choices[0]?.message };
    },
    stream: async (turn) => {
      let reasoning = "";
      const stream = client.chat.completions.stream({
        ...body(turn),
        stream: true,
        stream_options: { include_usage: true },
      });
      stream.on("chunk", (chunk) => {
        reasoning += (chunk.choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? "";
      });
      return { ...said(await stream.finalChatCompletion()), reasoning };
    },
  };
}

export function openAiResponses({ baseUrl, key, fetch, model }: Where): Conversing {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: key, maxRetries: 0, ...(fetch && { fetch }) });
  const input = (turn: Turn): OpenAI.Responses.ResponseInputItem[] =>
    turn.after
      ? [
          ...input(turn.after.turn),
          ...(turn.after.native as OpenAI.Responses.ResponseInputItem[]),
          ...turn.after.calls.map(({ id }) => ({
            type: "function_call_output" as const,
            call_id: id,
            output: turn.after?.result ?? "",
          })),
        ]
      : [
          {
            role: "user",
            content: [
              { type: "input_text", text: turn.text },
              ...(turn.image
                ? [
                    {
                      type: "input_image" as const,
                      detail: "auto" as const,
                      image_url: `data:image/png;base64,${turn.image}`,
                    },
                  ]
                : []),
            ],
          },
        ];
  const body = (turn: Turn): OpenAI.Responses.ResponseCreateParamsNonStreaming => ({
    model,
    instructions: "Be brief.",
    max_output_tokens: MAX,
    store: false,
    input: input(turn),
    ...(turn.tools && { tools: [{ type: "function", ...TOOL, parameters: CITY, strict: false }] }),
    ...(turn.schema && { text: { format: { type: "json_schema", name: "place", schema: { ...turn.schema } } } }),
    ...(turn.think && { reasoning: { effort: "low" } }),
  });
  const said = (response: OpenAI.Responses.Response): Said => ({
    text: response.output
      .flatMap((item) => (item.type === "message" ? item.content : []))
      .map((part) => (part.type === "output_text" ? part.text : ""))
      .join(""),
    reasoning: response.output
      .flatMap((item) => (item.type === "reasoning" ? item.summary : []))
      .map(({ text }) => text)
      .join(""),
    calls: response.output.flatMap((item) =>
      item.type === "function_call" ? [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) }] : [],
    ),
    input: response.usage?.input_tokens ?? -1,
    output: response.usage?.output_tokens ?? -1,
    finish: response.status ?? "",
  });
  return {
    ask: async (turn) => {
      const answer = await client.responses.create(body(turn));
      return { said: said(answer), native: answer.output };
    },
    stream: async (turn) => said(await client.responses.stream({ ...body(turn), stream: true }).finalResponse()),
  };
}

export function anthropicMessages({ baseUrl, key, fetch, model }: Where): Conversing {
  const client = new Anthropic({ baseURL: baseUrl, apiKey: key, maxRetries: 0, ...(fetch && { fetch }) });
  const messages = (turn: Turn): Anthropic.MessageParam[] =>
    turn.after
      ? [
          ...messages(turn.after.turn),
          { role: "assistant", content: turn.after.native as Anthropic.ContentBlockParam[] },
          {
            role: "user",
            content: turn.after.calls.map(({ id }) => ({
              type: "tool_result",
              tool_use_id: id,
              content: turn.after?.result ?? "",
            })),
          },
        ]
      : [
          {
            role: "user",
            content: [
              { type: "text", text: turn.text },
              ...(turn.image
                ? [
                    {
                      type: "image" as const,
                      source: { type: "base64" as const, media_type: "image/png" as const, data: turn.image },
                    },
                  ]
                : []),
            ],
          },
        ];
  const body = (turn: Turn): Anthropic.MessageCreateParamsNonStreaming => ({
    model,
    system: "Be brief.",
    max_tokens: MAX,
    messages: messages(turn),
    ...(turn.tools && { tools: [{ ...TOOL, input_schema: { ...CITY, type: "object" as const } }] }),
    ...(turn.schema && { output_config: { format: { type: "json_schema" as const, schema: { ...turn.schema } } } }),
    ...(turn.think && { thinking: { type: "enabled" as const, budget_tokens: 1_024 } }),
  });
  const said = ({ content, usage, stop_reason }: Anthropic.Message): Said => ({
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    output: usage.output_tokens,
    finish: stop_reason ?? "",
  });
  return {
    ask: async (turn) => {
      const answer = await client.messages.create(body(turn));
      return { said: said(answer), native: answer.content };
    },
    stream: async (turn) => said(await client.messages.stream(body(turn)).finalMessage()),
  };
}

export function googleGemini({ baseUrl, key, fetch, model }: Where): Conversing {
  // This SDK takes no `fetch`: it uses the global one at the time of the call.
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl } });
  const using = async <T>(call: () => Promise<T>): Promise<T> => {
    const { fetch: before } = globalThis;
    if (fetch) globalThis.fetch = fetch;
    try {
      return await call();
    } finally {
      globalThis.fetch = before;
    }
  };
  const contents = (turn: Turn): Content[] =>
    turn.after
      ? [
          ...contents(turn.after.turn),
          turn.after.native as Content,
          {
            role: "user",
            parts: turn.after.calls.map(({ name }) => ({
              functionResponse: { name, response: { output: turn.after?.result } },
            })),
          },
        ]
      : [
          {
            role: "user",
            parts: [
              { text: turn.text },
              ...(turn.image ? [{ inlineData: { mimeType: "image/png", data: turn.image } }] : []),
            ],
          },
        ];
  const params = (turn: Turn) => ({
    model,
    contents: contents(turn),
    config: {
      systemInstruction: "Be brief.",
      maxOutputTokens: MAX,
      ...(turn.tools && { tools: [{ functionDeclarations: [{ ...TOOL, parametersJsonSchema: CITY }] }] }),
      ...(turn.schema && { responseMimeType: "application/json", responseJsonSchema: turn.schema }),
      ...(turn.think && { thinkingConfig: { includeThoughts: true } }),
    },
  });
  type Answer = Awaited<ReturnType<typeof client.models.generateContent>>;
  const said = (answers: readonly Answer[]): Said => {
    const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    const usage = answers.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata;
    return {
      text: parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join(""),
      reasoning: parts.map((part) => (part.thought ? (part.text ?? "") : "")).join(""),
      calls: parts.flatMap(({ functionCall }) =>
        functionCall
          ? [{ id: functionCall.id ?? "", name: functionCall.name ?? "", args: functionCall.args ?? {} }]
          : [],
      ),
      input: usage?.promptTokenCount ?? -1,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      finish: answers.findLast(({ candidates }) => candidates?.[0]?.finishReason)?.candidates?.[0]?.finishReason ?? "",
    };
  };
  return {
    ask: (turn) =>
      using(async () => {
        const answer = await client.models.generateContent(params(turn));
        return { said: said([answer]), native: answer.candidates?.[0]?.content };
      }),
    stream: (turn) =>
      using(async () => {
        const all: Answer[] = [];
        for await (const chunk of await client.models.generateContentStream(params(turn))) all.push(chunk);
        return said(all);
      }),
  };
}

/** The official SDKs, by the dialect that they speak. */
export const SDKS = { chat: openAiChat, responses: openAiResponses, messages: anthropicMessages, gemini: googleGemini };
