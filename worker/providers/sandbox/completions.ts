/** OpenAI's legacy completions: a prompt continued, no messages. */
import { openaiUsage } from "./chat-flavours.ts";
import { type Dialect, DONE_EVENT, dataEvent, eventHeaders, jsonHeaders } from "./context.ts";
import { failure, missing } from "./failures.ts";
import { CREATED_SECONDS } from "./ids.ts";
import { asCount, asFields, asList, asTexts } from "./json.ts";
import { chunksOf } from "./play.ts";
import { inputCounter } from "./prompt.ts";
import { errorBody } from "./provider-errors.ts";
import { plain, streamed } from "./reply.ts";
import { servedModel } from "./served-models.ts";

/** The API's own default. */
const USUAL_MAX_TOKENS = 16;
const MAX_CHOICES = 128;

export const completions: Dialect = {
  read({ body, bytes, model }) {
    if (model === "") {
      return { ok: false, failure: failure("invalid", { message: "you must provide a model parameter" }) };
    }
    if (body.prompt === undefined) return { ok: false, failure: missing("prompt") };
    const counter = inputCounter();
    const prompts = asTexts(body.prompt);
    for (const text of prompts) counter.text(text);
    const input = counter.total(bytes.length, false);
    // There is no chat template here, so there is nothing but the text; a prompt of token ids has one token an id.
    const ids = asList(body.prompt)
      .flat()
      .filter((item) => typeof item === "number").length;
    const total = Math.max(input.total - 3, ids, 1);
    const perPrompt = Math.max(asCount(body.n) ?? 1, 1);
    return {
      ok: true,
      prompt: {
        model,
        system: "",
        lastUser: prompts.at(-1) ?? "",
        toolResult: null,
        tools: [],
        toolChoice: { mode: "none" },
        format: { type: "text" },
        maxTokens: asCount(body.max_tokens) ?? USUAL_MAX_TOKENS,
        stop: asTexts(body.stop),
        choices: Math.min(Math.max(prompts.length, 1) * perPrompt, MAX_CHOICES),
        stream: body.stream === true,
        thinking: false,
        input: { ...input, total },
      },
    };
  },

  write(context, prompt, played, controls) {
    const base = {
      id: `cmpl-${context.ids.text(29)}`,
      object: "text_completion",
      created: CREATED_SECONDS,
      model: servedModel(prompt.model),
    };
    const usage = {
      prompt_tokens: played.usage.input,
      completion_tokens: played.usage.output,
      total_tokens: played.usage.input + played.usage.output,
    };
    const finishes = played.answers.map((answer) => (answer.finish === "length" ? "length" : "stop"));
    if (!prompt.stream) {
      const choices = played.answers.map((answer, index) => ({
        text: answer.text,
        index,
        logprobs: null,
        finish_reason: finishes[index],
      }));
      const body = { ...base, choices, ...(controls.noUsage ? {} : { usage }) };
      return plain(200, jsonHeaders(context), JSON.stringify(body, null, 2));
    }
    const asked = asFields(context.body.stream_options).include_usage === true && !controls.noUsage;
    const silence = asked ? { usage: null } : {};
    const events: string[] = [];
    for (const [index, answer] of played.answers.entries()) {
      const emit = (text: string, finish: string | null): void => {
        const choices = [{ text, index, logprobs: null, finish_reason: finish }];
        events.push(dataEvent({ ...base, choices, ...silence }));
      };
      for (const part of chunksOf(answer.text, controls)) emit(part, null);
      emit("", finishes[index] ?? "stop");
    }
    if (asked) events.push(dataEvent({ ...base, choices: [], usage: openaiUsage(played.usage) }));
    events.push(DONE_EVENT);
    return streamed(eventHeaders(context), events);
  },

  errorEvents: (context, failed) => [dataEvent(errorBody(context.provider, failed, context.ids))],
};
