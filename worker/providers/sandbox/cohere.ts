/** Cohere's chat, version 2. It bills on `billed_units`. */
import { readChat } from "./chat-prompt.ts";
import { type Context, type Dialect, DONE_EVENT, eventHeaders, jsonHeaders, namedEvent } from "./context.ts";
import type { Controls } from "./controls.ts";
import { asText, asTexts, type Fields } from "./json.ts";
import { type Answer, chunksOf, type Play } from "./play.ts";
import { plain, type Reply, streamed } from "./reply.ts";

/** About what the template around a conversation costs. */
const MESSAGES_TEMPLATE_TOKENS = 60;
const FINISH = { stop: "COMPLETE", stop_sequence: "STOP_SEQUENCE", length: "MAX_TOKENS", tool_calls: "TOOL_CALL" };

export const cohere: Dialect = {
  read(context) {
    const read = readChat(context);
    if (!read.ok) return read;
    const required = asText(context.body.tool_choice) === "REQUIRED";
    const prompt = { ...read.prompt, choices: 1, stop: asTexts(context.body.stop_sequences) };
    return { ok: true, prompt: required ? { ...prompt, toolChoice: { mode: "required" } } : prompt };
  },
  write: (context, prompt, played, controls) =>
    prompt.stream ? writeStream(context, played, controls) : writeWhole(context, played, controls),
  errorEvents: (context, failed) => [
    namedEvent("message-end", {
      type: "message-end",
      delta: { error: failed.message ?? failed.kind, finish_reason: "ERROR" },
      id: context.ids.uuid(),
    }),
    DONE_EVENT,
  ],
};

/** `tokens` counts Cohere's own template too; it is not billed. */
function usageOf(played: Play): Fields {
  const { input, output, cached } = played.usage;
  return {
    billed_units: { input_tokens: input, output_tokens: output },
    tokens: { input_tokens: input + MESSAGES_TEMPLATE_TOKENS, output_tokens: output },
    cached_tokens: cached,
  };
}

const callOf = (context: Context, name: string, json: string): Fields => ({
  id: `${name}_${context.ids.text(12).toLowerCase()}`,
  type: "function",
  function: { name, arguments: json },
});

function writeWhole(context: Context, played: Play, controls: Controls): Reply {
  const answer = played.answers[0] as Answer;
  const content: Fields[] = [];
  if (answer.thought !== "") content.push({ type: "thinking", thinking: answer.thought });
  if (answer.text !== "") content.push({ type: "text", text: answer.text });
  const calls = answer.calls.map((call) => callOf(context, call.name, call.arguments));
  const message = {
    role: "assistant",
    ...(content.length > 0 ? { content } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const body = {
    id: context.ids.uuid(),
    message,
    finish_reason: FINISH[answer.finish],
    ...(controls.noUsage ? {} : { usage: usageOf(played) }),
  };
  return plain(200, jsonHeaders(context), JSON.stringify(body));
}

function writeStream(context: Context, played: Play, controls: Controls): Reply {
  const answer = played.answers[0] as Answer;
  const events: string[] = [];
  const emit = (type: string, fields: Fields): void => {
    events.push(namedEvent(type, { type, ...fields }));
  };
  const empty = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
  emit("message-start", { id: context.ids.uuid(), delta: { message: empty } });
  let index = 0;
  const block = (type: "thinking" | "text", text: string): void => {
    if (text === "") return;
    emit("content-start", { index, delta: { message: { content: { type, [type]: "" } } } });
    for (const part of chunksOf(text, controls)) {
      emit("content-delta", { index, delta: { message: { content: { [type]: part } } } });
    }
    emit("content-end", { index });
    index++;
  };
  block("thinking", answer.thought);
  block("text", answer.text);
  for (const [at, call] of answer.calls.entries()) {
    emit("tool-call-start", { index: at, delta: { message: { tool_calls: callOf(context, call.name, "") } } });
    for (const part of chunksOf(call.arguments, controls)) {
      emit("tool-call-delta", { index: at, delta: { message: { tool_calls: { function: { arguments: part } } } } });
    }
    emit("tool-call-end", { index: at });
  }
  const usage = controls.noUsage ? {} : { usage: usageOf(played) };
  emit("message-end", { delta: { finish_reason: FINISH[answer.finish], ...usage } });
  events.push(DONE_EVENT);
  return streamed(eventHeaders(context), events);
}
