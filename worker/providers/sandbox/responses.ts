/** OpenAI's Responses API. */
import { type Context, type Dialect, eventHeaders, jsonHeaders, namedEvent } from "./context.ts";
import type { Controls } from "./controls.ts";
import { CREATED_SECONDS } from "./ids.ts";
import { asFields, asList, asText, type Fields } from "./json.ts";
import { type Answer, chunksOf, type PlayedUsage } from "./play.ts";
import type { Prompt } from "./prompt.ts";
import { errorBody } from "./provider-errors.ts";
import { plain, streamed } from "./reply.ts";
import { readResponses } from "./responses-prompt.ts";
import { servedModel } from "./served-models.ts";

export const responses: Dialect = {
  read: readResponses,
  write(context, prompt, played, controls) {
    const answer = played.answers[0] as Answer;
    const base = responseBase(context, prompt);
    const usage = controls.noUsage ? null : usageOf(played.usage);
    if (context.body.background === true && !prompt.stream) {
      // Queued work is billed when it is fetched, and this one never is.
      const queued = { ...base, status: "queued", background: true, output: [], usage: null };
      return plain(200, jsonHeaders(context), JSON.stringify(queued, null, 2));
    }
    const items = outputItems(context, answer, controls);
    const done = { ...base, ...endOf(answer), output: items.map((item) => item.done), usage };
    if (!prompt.stream) return plain(200, jsonHeaders(context), JSON.stringify(done, null, 2));
    return streamed(eventHeaders(context), streamEvents(base, items, done));
  },
  errorEvents(context, failed) {
    const { ids } = context;
    const error = asFields(asFields(errorBody(context.provider, failed, ids)).error);
    const code = asText(error.code) || asText(error.type) || "server_error";
    const message = asText(error.message);
    const response = {
      id: `resp_${ids.hex(50)}`,
      object: "response",
      created_at: CREATED_SECONDS,
      status: "failed",
      error: { code, message },
      incomplete_details: null,
      model: servedModel(context.model),
      output: [],
      usage: null,
    };
    return [
      namedEvent("error", { type: "error", sequence_number: 3, code, message, param: null }),
      namedEvent("response.failed", { type: "response.failed", sequence_number: 4, response }),
    ];
  },
};

/** One item of the output: as it begins, the events that fill it, and as it ends. */
interface Item {
  id: string;
  added: Fields;
  /** Type and fields of the events between; index and ids are put in later. */
  events: [string, Fields][];
  done: Fields;
}

const usageOf = (usage: PlayedUsage): Fields => ({
  input_tokens: usage.input,
  input_tokens_details: {
    cached_tokens: usage.cached,
    ...(usage.cacheWrite > 0 ? { cache_write_tokens: usage.cacheWrite } : {}),
  },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});

/** The response without what changes as it runs; it repeats the request's settings. */
function responseBase(context: Context, prompt: Prompt): Fields {
  const { body, ids } = context;
  return {
    id: `resp_${ids.hex(50)}`,
    object: "response",
    created_at: CREATED_SECONDS,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    model: servedModel(prompt.model),
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: null, summary: null, ...asFields(body.reasoning) },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: "default",
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: "text" }, verbosity: "medium", ...asFields(body.text) },
    tool_choice: body.tool_choice ?? "auto",
    tools: asList(body.tools),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? "disabled",
    usage: null,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
}

function endOf(answer: Answer): Fields {
  return answer.finish === "length"
    ? { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }
    : { status: "completed" };
}

function outputItems(context: Context, answer: Answer, controls: Controls): Item[] {
  const items: Item[] = [];
  if (answer.thought !== "") items.push(reasoningItem(context, answer.thought, controls));
  if (answer.text !== "") items.push(messageItem(context, answer, controls));
  for (const call of answer.calls) {
    const id = `fc_${context.ids.hex(50)}`;
    const base = { id, type: "function_call", call_id: `call_${context.ids.text(24)}`, name: call.name };
    items.push({
      id,
      added: { ...base, status: "in_progress", arguments: "" },
      events: [
        ...chunksOf(call.arguments, controls).map((delta): [string, Fields] => [
          "response.function_call_arguments.delta",
          { delta },
        ]),
        ["response.function_call_arguments.done", { arguments: call.arguments }],
      ],
      done: { ...base, status: "completed", arguments: call.arguments },
    });
  }
  return items;
}

/** A thought; its text is shown only as a summary, and only if one was asked for. */
function reasoningItem(context: Context, thought: string, controls: Controls): Item {
  const id = `rs_${context.ids.hex(50)}`;
  const shows = asText(asFields(context.body.reasoning).summary) !== "";
  const part = { type: "summary_text", text: thought };
  const summary_index = 0;
  const events: [string, Fields][] = shows
    ? [
        ["response.reasoning_summary_part.added", { summary_index, part: { ...part, text: "" } }],
        ...chunksOf(thought, controls).map((delta): [string, Fields] => [
          "response.reasoning_summary_text.delta",
          { summary_index, delta },
        ]),
        ["response.reasoning_summary_text.done", { summary_index, text: thought }],
        ["response.reasoning_summary_part.done", { summary_index, part }],
      ]
    : [];
  const base = { id, type: "reasoning" };
  return { id, added: { ...base, summary: [] }, events, done: { ...base, summary: shows ? [part] : [] } };
}

function messageItem(context: Context, answer: Answer, controls: Controls): Item {
  const id = `msg_${context.ids.hex(50)}`;
  const part = { type: "output_text", annotations: [], logprobs: [], text: answer.text };
  const content_index = 0;
  const status = answer.finish === "length" ? "incomplete" : "completed";
  const base = { id, type: "message", role: "assistant" };
  return {
    id,
    added: { ...base, status: "in_progress", content: [] },
    events: [
      ["response.content_part.added", { content_index, part: { ...part, text: "" } }],
      ...chunksOf(answer.text, controls).map((delta): [string, Fields] => [
        "response.output_text.delta",
        { content_index, delta, logprobs: [] },
      ]),
      ["response.output_text.done", { content_index, text: answer.text, logprobs: [] }],
      ["response.content_part.done", { content_index, part }],
    ],
    done: { ...base, status, content: [part] },
  };
}

function streamEvents(base: Fields, items: Item[], done: Fields): string[] {
  const events: string[] = [];
  const emit = (type: string, fields: Fields): void => {
    events.push(namedEvent(type, { type, sequence_number: events.length, ...fields }));
  };
  const starting = { ...base, service_tier: "auto" };
  emit("response.created", { response: starting });
  emit("response.in_progress", { response: starting });
  for (const [output_index, item] of items.entries()) {
    emit("response.output_item.added", { output_index, item: item.added });
    for (const [type, fields] of item.events) emit(type, { item_id: item.id, output_index, ...fields });
    emit("response.output_item.done", { output_index, item: item.done });
  }
  emit(done.status === "incomplete" ? "response.incomplete" : "response.completed", { response: done });
  return events;
}
