/** Anthropic's messages. */
import { type Context, type Dialect, eventHeaders, jsonHeaders, type ReadResult } from "./context.ts";
import type { Controls } from "./controls.ts";
import { failure } from "./failures.ts";
import { asCount, asFields, asList, asText, asTexts, type Fields } from "./json.ts";
import { type Answer, chunksOf, type Play, type PlayedUsage } from "./play.ts";
import { type InputCounter, inputCounter, type Prompt, type ToolChoice, toolOf } from "./prompt.ts";
import { errorBody } from "./provider-errors.ts";
import { plain, type Reply, streamed } from "./reply.ts";
import { servedModel } from "./served-models.ts";

/** Anthropic counts the first token as soon as the message starts. */
const OUTPUT_AT_START = 1;
/** Data lines are padded to hide their length; the JSON gets up to that many blanks before its last brace. */
const MOST_PADDING = 14;

export const messages: Dialect = {
  read: (context) => readMessages(context, true),
  write: (context, prompt, played, controls) =>
    prompt.stream ? writeStream(context, prompt, played, controls) : writeWhole(context, prompt, played, controls),
  errorEvents: (context, failed) => [
    `event: error\ndata: ${JSON.stringify(errorBody("anthropic", failed, context.ids))}\n\n`,
  ],
};

/** Reads a request; counting tokens needs no `max_tokens`. */
export function readMessages(context: Context, needsCap: boolean): ReadResult {
  const { body, bytes, model } = context;
  const cap = asCount(body.max_tokens);
  const lacking =
    model === "" ? "model" : !Array.isArray(body.messages) ? "messages" : needsCap && !cap ? "max_tokens" : null;
  if (lacking !== null) {
    return { ok: false, failure: failure("invalid", { message: `${lacking}: Field required` }) };
  }
  const turns = asList(body.messages).map(asFields);
  if (turns.length === 0) {
    return { ok: false, failure: failure("invalid", { message: "messages: at least one message is required" }) };
  }
  const counter = inputCounter();
  for (const tool of asList(body.tools)) {
    counter.json(tool);
    markBreakpoint(asFields(tool), counter);
  }
  const system = readContent(body.system, counter);
  let lastUser = "";
  let toolResult: string | null = null;
  for (const turn of turns) {
    counter.message();
    const read = readContent(turn.content, counter);
    if (turn.role !== "user") continue;
    toolResult = read.toolResult;
    if (read.text !== "") lastUser = read.text;
  }
  const format = asFields(asFields(body.output_config).format ?? body.output_format);
  const tools = asList(body.tools).map((tool) => toolOf(asFields(tool)));
  return {
    ok: true,
    prompt: {
      model,
      system: system.text,
      lastUser,
      toolResult,
      // Server tools have a type of their own, and the client does not run them.
      tools: tools.filter((tool, index) => tool.name !== "" && isClientTool(asFields(asList(body.tools)[index]))),
      toolChoice: readToolChoice(asFields(body.tool_choice)),
      format: format.type === "json_schema" ? { type: "schema", schema: format.schema } : { type: "text" },
      maxTokens: cap,
      stop: asTexts(body.stop_sequences),
      choices: 1,
      stream: body.stream === true,
      thinking: ["enabled", "adaptive"].includes(asText(asFields(body.thinking).type)),
      // A conversation that has gone on reads what its first request has written.
      input: counter.total(
        bytes.length,
        turns.some((turn) => turn.role === "assistant"),
      ),
    },
  };
}

const isClientTool = (tool: Fields): boolean => tool.type === undefined || tool.type === "custom";

function readToolChoice(choice: Fields): ToolChoice {
  if (choice.type === "none") return { mode: "none" };
  if (choice.type === "any") return { mode: "required" };
  return choice.type === "tool" ? { mode: "named", name: asText(choice.name) } : { mode: "auto" };
}

function readContent(content: unknown, counter: InputCounter): { text: string; toolResult: string | null } {
  if (typeof content === "string") {
    counter.text(content);
    return { text: content, toolResult: null };
  }
  const texts: string[] = [];
  let toolResult: string | null = null;
  for (const block of asList(content).map(asFields)) {
    switch (block.type) {
      case "image":
      case "document":
        counter.image();
        break;
      case "tool_use":
        counter.text(asText(block.name));
        counter.json(block.input);
        break;
      case "tool_result":
        toolResult = readContent(block.content, counter).text;
        break;
      default: {
        const text = asText(block.text) || asText(block.thinking);
        counter.text(text);
        if (block.type === "text") texts.push(text);
      }
    }
    markBreakpoint(block, counter);
  }
  return { text: texts.join("\n"), toolResult };
}

function markBreakpoint(block: Fields, counter: InputCounter): void {
  const control = asFields(block.cache_control);
  if (control.type === "ephemeral") counter.breakpoint(control.ttl === "1h" ? "1h" : "5m");
}

/** The input's counts; `input_tokens` leaves out what was read from and written to the cache. */
function inputUsage(usage: PlayedUsage): Fields {
  return {
    input_tokens: usage.input - usage.cached - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cached,
  };
}

const cacheCreation = (usage: PlayedUsage): Fields => ({
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cacheWrite - usage.cacheWrite1h,
    ephemeral_1h_input_tokens: usage.cacheWrite1h,
  },
});

const outputUsage = (usage: PlayedUsage): Fields => ({
  output_tokens: usage.output,
  ...(usage.reasoning > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoning } } : {}),
});

function stopOf(answer: Answer): { stop_reason: string; stop_sequence: string | null } {
  const reasons = { stop: "end_turn", stop_sequence: "stop_sequence", length: "max_tokens", tool_calls: "tool_use" };
  return { stop_reason: reasons[answer.finish], stop_sequence: answer.stopped };
}

function writeWhole(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const answer = played.answers[0] as Answer;
  const { ids } = context;
  const id = `msg_01${ids.text(22)}`;
  const content: Fields[] = [];
  if (answer.thought !== "") {
    content.push({ type: "thinking", thinking: answer.thought, signature: ids.text(64) });
  }
  if (answer.text !== "") content.push({ type: "text", text: answer.text });
  for (const call of answer.calls) {
    const input: unknown = JSON.parse(call.arguments);
    content.push({ type: "tool_use", id: `toolu_01${ids.text(22)}`, name: call.name, input });
  }
  const { usage } = played;
  const counts = {
    ...inputUsage(usage),
    ...cacheCreation(usage),
    ...outputUsage(usage),
    service_tier: "standard",
    inference_geo: "not_available",
  };
  const body = {
    model: servedModel(prompt.model),
    id,
    type: "message",
    role: "assistant",
    content,
    ...stopOf(answer),
    ...(controls.noUsage ? {} : { usage: counts }),
  };
  return plain(200, jsonHeaders(context), JSON.stringify(body));
}

function writeStream(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const answer = played.answers[0] as Answer;
  const { ids } = context;
  const { usage } = played;
  const events: string[] = [];
  const emit = (type: string, fields: Fields): void => {
    const json = JSON.stringify({ type, ...fields });
    events.push(`event: ${type}\ndata: ${json.slice(0, -1)}${" ".repeat(ids.below(MOST_PADDING + 1))}}\n\n`);
  };
  let index = 0;
  const block = (start: Fields, deltas: Fields[]): void => {
    emit("content_block_start", { index, content_block: start });
    if (index === 0) events.push('event: ping\ndata: {"type": "ping"}\n\n');
    for (const delta of deltas) emit("content_block_delta", { index, delta });
    emit("content_block_stop", { index });
    index++;
  };

  const startUsage = {
    ...inputUsage(usage),
    ...cacheCreation(usage),
    output_tokens: Math.min(OUTPUT_AT_START, usage.output),
    service_tier: "standard",
    inference_geo: "not_available",
  };
  const message = {
    model: servedModel(prompt.model),
    id: `msg_01${ids.text(22)}`,
    type: "message",
    role: "assistant",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(controls.noUsage ? {} : { usage: startUsage }),
  };
  emit("message_start", { message });
  if (answer.thought !== "") {
    const deltas = chunksOf(answer.thought, controls).map((thinking): Fields => ({ type: "thinking_delta", thinking }));
    deltas.push({ type: "signature_delta", signature: ids.text(64) });
    block({ type: "thinking", thinking: "", signature: "" }, deltas);
  }
  if (answer.text !== "") {
    const deltas = chunksOf(answer.text, controls).map((text) => ({ type: "text_delta", text }));
    block({ type: "text", text: "" }, deltas);
  }
  for (const call of answer.calls) {
    const parts = ["", ...chunksOf(call.arguments, controls)];
    const deltas = parts.map((part) => ({ type: "input_json_delta", partial_json: part }));
    block({ type: "tool_use", id: `toolu_01${ids.text(22)}`, name: call.name, input: {} }, deltas);
  }
  const counts = { ...inputUsage(usage), ...outputUsage(usage) };
  emit("message_delta", { delta: stopOf(answer), ...(controls.noUsage ? {} : { usage: counts }) });
  emit("message_stop", {});
  return streamed(eventHeaders(context), events);
}
