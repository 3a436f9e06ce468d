/** The Vercel AI SDK as a client, by the package of each dialect; its words are those of `conversing.ts`. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, type LanguageModel, type ModelMessage, Output, streamText, tool } from "ai";
import type { Conversation } from "../../worker/translate/types.ts";
import { CITY, type Conversing, type Said, type Turn, type Where } from "./conversing.ts";

// The tests look for themselves.
globalThis.AI_SDK_LOG_WARNINGS = false;

const MODELS: Readonly<Record<Conversation, (where: Where) => LanguageModel>> = {
  chat: ({ baseUrl, key, fetch, model }) =>
    createOpenAI({ baseURL: `${baseUrl}/v1`, apiKey: key, ...(fetch && { fetch }) }).chat(model),
  responses: ({ baseUrl, key, fetch, model }) =>
    createOpenAI({ baseURL: `${baseUrl}/v1`, apiKey: key, ...(fetch && { fetch }) }).responses(model),
  messages: ({ baseUrl, key, fetch, model }) =>
    createAnthropic({ baseURL: `${baseUrl}/v1`, apiKey: key, ...(fetch && { fetch }) })(model),
  gemini: ({ baseUrl, key, fetch, model }) =>
    createGoogle({ baseURL: `${baseUrl}/v1beta`, apiKey: key, ...(fetch && { fetch }) })(model),
};

const weather = tool({ description: "The weather of a city", inputSchema: jsonSchema(CITY) });

function messagesOf(turn: Turn): ModelMessage[] {
  if (!turn.after) {
    const image = turn.image ? [{ type: "file" as const, data: turn.image, mediaType: "image/png" }] : [];
    return [{ role: "user", content: [{ type: "text", text: turn.text }, ...image] }];
  }
  const { turn: before, native, calls, result } = turn.after;
  const results = calls.map(({ id, name }) => ({
    type: "tool-result" as const,
    toolCallId: id,
    toolName: name,
    output: { type: "text" as const, value: result },
  }));
  return [...messagesOf(before), ...(native as ModelMessage[]), { role: "tool", content: results }];
}

export function vercel(dialect: Conversation, where: Where): Conversing {
  const model = MODELS[dialect](where);
  const asking = (turn: Turn) => ({
    model,
    system: "Be brief.",
    messages: messagesOf(turn),
    maxRetries: 0,
    maxOutputTokens: 4_000,
    ...(turn.tools && { tools: { get_weather: weather } }),
    // It asks for thoughts where it knows that the model has some, and these names it does not know.
    ...(turn.think && { reasoning: "low" as const }),
    // Nothing is stored for the next turn: without this it refers to what was.
    providerOptions: { openai: { store: false, ...(turn.think && { forceReasoning: true }) } },
    ...(turn.schema && { output: Output.object({ schema: jsonSchema(turn.schema) }) }),
  });
  type Result = Awaited<ReturnType<typeof generateText>>;
  type Told = Pick<Result, "text" | "reasoningText" | "toolCalls" | "usage" | "finishReason">;
  const said = ({ text, reasoningText, toolCalls, usage, finishReason }: Told): Said => ({
    text,
    reasoning: reasoningText ?? "",
    calls: toolCalls.map(({ toolCallId, toolName, input }) => ({ id: toolCallId, name: toolName, args: input })),
    input: usage.inputTokens ?? -1,
    output: usage.outputTokens ?? -1,
    finish: finishReason,
  });
  return {
    ask: async (turn) => {
      const result = await generateText(asking(turn));
      return { said: said(result as Told), native: result.response.messages };
    },
    stream: async (turn) => {
      let failure: unknown;
      const result = streamText({
        ...asking(turn),
        onError: ({ error }) => {
          failure = error;
        },
      });
      await result.consumeStream();
      if (failure) throw failure;
      const told = {
        text: await result.text,
        reasoningText: await result.reasoningText,
        toolCalls: await result.toolCalls,
        usage: await result.usage,
        finishReason: await result.finishReason,
      };
      return said(told as Told);
    },
  };
}
