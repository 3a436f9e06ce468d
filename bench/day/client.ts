/** A client of the day: it sends a request, and reads its answer as an SDK would. */
import type { Answer, Ask } from "./types.ts";
import { TIME_HEADER } from "./upstream.ts";

export interface Where {
  url: string;
  /** The meterr key's text. */
  key: string;
  /** Virtual milliseconds. */
  now: number;
  number: number;
}

const PATHS = { chat: "/v1/chat/completions", messages: "/v1/messages" };

/** Sends `ask`; rejects where the answer is no success. */
export async function send({ dialect, body, twice }: Ask, { url, key, now, number }: Where): Promise<Answer> {
  const credentials: Record<string, string> =
    dialect === "chat" ? { authorization: `Bearer ${key}` } : { "x-api-key": key, "anthropic-version": "2023-06-01" };
  const response = await fetch(`${url}${PATHS[dialect]}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      [TIME_HEADER]: `day-${Math.round(now)}-${number}${twice ? "-twice" : ""}`,
      ...credentials,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${response.status} to ${JSON.stringify(body).slice(0, 200)}: ${text.slice(0, 500)}`);
  if (!(response.headers.get("content-type") ?? "").includes("event-stream")) return READ[dialect](JSON.parse(text));
  const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data = ""]) => JSON.parse(data) as Message);
  return JOIN[dialect](events);
}

interface Message {
  type?: string;
  model?: string;
  content?: unknown;
  message?: Message;
  choices?: { message?: { content: string }; delta?: { content?: string } }[];
  index?: number;
  content_block?: Record<string, unknown>;
  delta?: { text?: string; partial_json?: string };
}

const answerOf = (model: unknown, content: unknown): Answer => {
  const [first] = Array.isArray(content) ? content : [];
  const text = typeof content === "string" ? content : (first?.text ?? "");
  return { digest: text, model: String(model), content };
};

const READ = {
  chat: ({ model, choices }: Message) => answerOf(model, choices?.[0]?.message?.content),
  messages: ({ model, content }: Message) => answerOf(model, content),
};

const JOIN = {
  chat: (events: Message[]) =>
    answerOf(events[0]?.model, events.map(({ choices }) => choices?.[0]?.delta?.content ?? "").join("")),
  messages: (events: Message[]) => {
    const blocks: Record<string, unknown>[] = [];
    for (const { index = 0, content_block: begun, delta } of events) {
      if (begun) blocks[index] = { ...begun, text: begun.type === "text" ? "" : undefined };
      const block = blocks[index];
      if (block && delta?.text !== undefined) block.text += delta.text;
      if (block && delta?.partial_json !== undefined) block.input = JSON.parse(delta.partial_json);
    }
    return answerOf(events[0]?.message?.model, blocks);
  },
};
