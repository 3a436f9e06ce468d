/** OpenAI's chat completions, and everybody who speaks the same. */
import { type Flavour, flavourOf } from "./chat-flavours.ts";
import { readChat } from "./chat-prompt.ts";
import { type Context, type Dialect, DONE_EVENT, dataEvent, eventHeaders, jsonHeaders, namedEvent } from "./context.ts";
import type { Controls } from "./controls.ts";
import { CREATED_SECONDS } from "./ids.ts";
import { asFields, type Fields } from "./json.ts";
import { type Answer, answerTokens, chunksOf, type Play } from "./play.ts";
import type { Prompt } from "./prompt.ts";
import { errorBody } from "./provider-errors.ts";
import { plain, type Reply, streamed } from "./reply.ts";
import { servedModel } from "./served-models.ts";
import { countTokens, tokenize } from "./tokenizer.ts";

export const chat: Dialect = {
  read: readChat,
  write: (context, prompt, played, controls) =>
    prompt.stream ? writeStream(context, prompt, played, controls) : writeWhole(context, prompt, played, controls),
  errorEvents: (context, failed) => {
    const body = errorBody(context.provider, failed, context.ids);
    if (context.provider === "groq") return [namedEvent("error", body)];
    if (context.provider === "openrouter") return [dataEvent(body), DONE_EVENT];
    return [dataEvent(body)];
  },
};

/** Reasons that the format knows. */
const finishOf = (answer: Answer): string => (answer.finish === "stop_sequence" ? "stop" : answer.finish);

function writeWhole(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const flavour = flavourOf(context.provider);
  const choices = played.answers.map((answer, index) => ({
    index,
    message: wholeMessage(context, flavour, answer),
    logprobs: wantsLogprobs(context) ? logprobsOf(tokenize(answer.text)) : null,
    finish_reason: finishOf(answer),
    ...flavour.choiceExtra,
  }));
  const body = {
    id: flavour.id(context.ids),
    object: "chat.completion",
    created: CREATED_SECONDS,
    model: servedModel(prompt.model),
    choices,
    ...(controls.noUsage ? {} : { usage: flavour.usage(played.usage) }),
    ...flavour.extra,
  };
  return plain(200, jsonHeaders(context), JSON.stringify(body, null, 2));
}

function wholeMessage(context: Context, flavour: Flavour, answer: Answer): Fields {
  const calls = answer.calls.map((call) => ({
    id: `call_${context.ids.text(24)}`,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    role: "assistant",
    content: calls.length > 0 ? null : answer.text,
    ...(flavour.thoughtField && answer.thought !== "" ? { [flavour.thoughtField]: answer.thought } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    refusal: null,
    annotations: [],
  };
}

function writeStream(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const flavour = flavourOf(context.provider);
  const asked = asFields(context.body.stream_options).include_usage === true;
  const reports = !controls.noUsage && (flavour.usageAt !== "asked" || asked);
  const base = {
    id: flavour.id(context.ids),
    object: "chat.completion.chunk",
    created: CREATED_SECONDS,
    model: servedModel(prompt.model),
    ...flavour.extra,
  };
  // Where usage comes in a chunk of its own, every other chunk says that it has none.
  const silence = reports && flavour.usageAt === "asked" ? { usage: null } : {};
  const logs = wantsLogprobs(context);
  const events: string[] = [];
  let shown = 0;
  const emit = (index: number, delta: Fields, text: string, more: { finish?: string; usage?: Fields } = {}): void => {
    shown += countTokens(text);
    const logprobs = logs && delta.content ? logprobsOf(tokenize(text)) : null;
    const choice = { index, delta, logprobs, finish_reason: more.finish ?? null, ...flavour.choiceExtra };
    const running = { ...played.usage, output: shown, reasoning: Math.min(played.usage.reasoning, shown) };
    const usage = more.usage ?? (reports && flavour.usageAt === "every" ? flavour.usage(running) : undefined);
    events.push(dataEvent({ ...base, choices: [choice], ...(usage ? { usage } : silence) }));
  };

  if (context.provider === "openrouter") events.push(": OPENROUTER PROCESSING\n\n");
  if (context.provider === "azure") events.push(dataEvent(AZURE_FIRST_CHUNK));
  for (const [index, answer] of played.answers.entries()) {
    const called = answer.calls.length > 0;
    emit(index, { role: "assistant", content: called ? null : "", refusal: null }, "");
    if (flavour.thoughtField) {
      for (const part of chunksOf(answer.thought, controls)) emit(index, { [flavour.thoughtField]: part }, part);
    }
    for (const part of chunksOf(answer.text, controls)) emit(index, { content: part }, part);
    for (const [at, call] of answer.calls.entries()) {
      const id = `call_${context.ids.text(24)}`;
      const head = { index: at, id, type: "function", function: { name: call.name, arguments: "" } };
      emit(index, { tool_calls: [head] }, call.name);
      for (const part of chunksOf(call.arguments, controls)) {
        emit(index, { tool_calls: [{ index: at, function: { arguments: part } }] }, part);
      }
    }
    const last = index === played.answers.length - 1;
    const usage = last && reports && flavour.usageAt !== "asked" ? flavour.usage(played.usage) : undefined;
    shown = played.answers.slice(0, index + 1).reduce((sum, one) => sum + answerTokens(one), 0);
    emit(index, {}, "", { finish: finishOf(answer), ...(usage ? { usage } : {}) });
  }
  if (reports && flavour.usageAt === "asked") {
    events.push(dataEvent({ ...base, choices: [], usage: flavour.usage(played.usage) }));
  }
  events.push(DONE_EVENT);
  return streamed(eventHeaders(context), events);
}

const wantsLogprobs = (context: Context): boolean => context.body.logprobs === true;

function logprobsOf(tokens: string[]): Fields {
  const encoder = new TextEncoder();
  const content = tokens.map((token) => ({
    token,
    logprob: -0.01,
    bytes: Array.from(encoder.encode(token)),
    top_logprobs: [],
  }));
  return { content, refusal: null };
}

const SAFE = { filtered: false, severity: "safe" };
/** Azure begins a stream with what its filter thinks of the prompt. */
const AZURE_FIRST_CHUNK = {
  choices: [],
  created: 0,
  id: "",
  model: "",
  object: "",
  prompt_filter_results: [
    { prompt_index: 0, content_filter_results: { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE } },
  ],
};
