/** The same answer in the format of each provider, whole and streamed. */

/** Chunks of a stream; the name `stream200` in the results. */
export const CHUNKS = 200;

/** What stands in a chunk of a chat before the time, in milliseconds since the epoch, at which it was sent. */
export const SENT_AT = '"system_fingerprint":"at ';
/** In its place until then. */
export const TIME = "TIME";

export interface Canned {
  whole: Buffer;
  /** What is written at once, in order. */
  chunks(withUsage: boolean): readonly Buffer[];
}

const SAID = "A short answer, as most are.";
const WORD = " word";

const bytes = (text: string) => Buffer.from(text);
const data = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
const named = (json: { type: string }) => `event: ${json.type}\n${data(json)}`;
/** `event`, as often as makes a stream of `CHUNKS` chunks together with the last one. */
const words = (event: string): Buffer[] => Array.from({ length: CHUNKS - 1 }, () => bytes(event));

function chat(): Canned {
  const head = { id: "chatcmpl-bench", created: 1_790_000_000, model: "gpt-5-mini-2025-08-07" };
  const timed = { ...head, system_fingerprint: `at ${TIME}` };
  const chunk = (fields: object) => data({ ...timed, object: "chat.completion.chunk", ...fields });
  const delta = words(chunk({ choices: [{ index: 0, delta: { content: WORD }, finish_reason: null }] }));
  const usage = { prompt_tokens: 24, completion_tokens: CHUNKS, total_tokens: 24 + CHUNKS };
  const last = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  const done = "data: [DONE]\n\n";
  const streams = [
    [...delta, bytes(`${last}${done}`)],
    [...delta, bytes(`${last}${chunk({ choices: [], usage })}${done}`)],
  ] as const;
  const message = { role: "assistant", content: SAID };
  const whole = {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: { prompt_tokens: 24, completion_tokens: 9, total_tokens: 33 },
  };
  return { whole: bytes(JSON.stringify(whole)), chunks: (withUsage) => streams[withUsage ? 1 : 0] };
}

function messages(): Canned {
  const head = { id: "msg_bench", type: "message", role: "assistant", model: "claude-haiku-4-5-20251001" };
  const usage = { input_tokens: 24, output_tokens: 9 };
  const begin = [
    { type: "message_start", message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ];
  const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: WORD } };
  const end = [
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: CHUNKS },
    },
    { type: "message_stop" },
  ];
  const [first = Buffer.of(), ...others] = words(named(delta));
  const stream = [Buffer.concat([bytes(begin.map(named).join("")), first]), ...others, bytes(end.map(named).join(""))];
  const content = [{ type: "text", text: SAID }];
  const whole = { ...head, content, stop_reason: "end_turn", stop_sequence: null, usage };
  return { whole: bytes(JSON.stringify(whole)), chunks: () => stream };
}

function responses(): Canned {
  const head = {
    id: "resp_bench",
    object: "response",
    created_at: 1_790_000_000,
    model: "gpt-5-mini-2025-08-07",
    error: null,
    incomplete_details: null,
  };
  const item = { id: "msg_bench", type: "message", role: "assistant" };
  const usageOf = (output: number) => ({
    input_tokens: 24,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 24 + output,
  });
  const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
  const done = { ...item, status: "completed", content: [part(SAID)] };
  const whole = { ...head, status: "completed", output: [done], usage: usageOf(9) };
  const open = { ...head, status: "in_progress", output: [], usage: null };
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const begin = [
    { type: "response.created", response: open },
    { type: "response.in_progress", response: open },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: part("") },
  ];
  const end = [
    { type: "response.output_text.done", ...at, text: SAID, logprobs: [] },
    { type: "response.content_part.done", ...at, part: part(SAID) },
    { type: "response.output_item.done", output_index: 0, item: done },
    { type: "response.completed", response: { ...whole, usage: usageOf(CHUNKS) } },
  ];
  const delta = { type: "response.output_text.delta", ...at, delta: WORD, logprobs: [] };
  const [first = Buffer.of(), ...others] = words(named(delta));
  const stream = [Buffer.concat([bytes(begin.map(named).join("")), first]), ...others, bytes(end.map(named).join(""))];
  return { whole: bytes(JSON.stringify(whole)), chunks: () => stream };
}

function gemini(): Canned {
  const answer = (text: string, output: number, end: boolean) => ({
    candidates: [{ content: { role: "model", parts: [{ text }] }, index: 0, ...(end && { finishReason: "STOP" }) }],
    usageMetadata: { promptTokenCount: 24, candidatesTokenCount: output, totalTokenCount: 24 + output },
    modelVersion: "gemini-2.5-flash",
    responseId: "bench",
  });
  const stream = [...words(data(answer(WORD, 1, false))), bytes(data(answer(WORD, CHUNKS, true)))];
  return { whole: bytes(JSON.stringify(answer(SAID, 9, true))), chunks: () => stream };
}

const ANSWERS = { chat: chat(), messages: messages(), responses: responses(), gemini: gemini() };

/** The answer in the format that is spoken at `path`. */
export function cannedFor(path: string): Canned {
  if (path.endsWith("/messages")) return ANSWERS.messages;
  if (path.endsWith("/responses")) return ANSWERS.responses;
  return /:(?:generate|streamGenerate)Content/.test(path) ? ANSWERS.gemini : ANSWERS.chat;
}
