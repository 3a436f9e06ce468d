/** Answers of a chat model with usage that adds up, for upstreams that tests make themselves. */
import { json, type Streaming, streams } from "./replies.ts";
import type { Reply } from "./upstream.ts";

export interface ChatAnswer {
  model: string;
  text: string;
  input: number;
  output: number;
}

/** An unstreamed answer of OpenAI's chat completions. */
export const chatAnswer = ({ model, text, input, output }: ChatAnswer) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_763_000_000,
  model,
  choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop", logprobs: null }],
  usage: usageOf(input, output),
});

const usageOf = (input: number, output: number) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/** The events of a streamed answer, a word each; the usage chunk last before `[DONE]`, where it is asked for. */
export function chatEvents({ model, text, input, output }: ChatAnswer, usage: boolean): string[] {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_763_000_000, model };
  const chunk = (delta: object, finish: string | null) =>
    event({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
  return [
    chunk({ role: "assistant", content: "" }, null),
    ...text.split(/(?<= )/).map((word) => chunk({ content: word }, null)),
    chunk({}, "stop"),
    ...(usage ? [event({ ...head, choices: [], usage: usageOf(input, output) })] : []),
    "data: [DONE]\n\n",
  ];
}

/** Answers as the request asks: streamed or not, with usage or not. */
export const chats =
  (answer: ChatAnswer, streaming: Streaming = {}): Reply =>
  (response, received) => {
    const body = JSON.parse(received.body.toString()) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean };
    };
    if (!body.stream) return json(200, chatAnswer(answer))(response, received);
    return streams(chatEvents(answer, body.stream_options?.include_usage === true), streaming)(response, received);
  };
