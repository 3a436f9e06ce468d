/** Reads an OpenAI chat completion request. */
import type { Context, ReadResult } from "./context.ts";
import { failure, missing } from "./failures.ts";
import { asCount, asFields, asList, asText, asTexts, type Fields } from "./json.ts";
import { type Format, type InputCounter, inputCounter, type ToolChoice, toolOf } from "./prompt.ts";

/** More answers than this, nobody serves. */
const MAX_CHOICES = 128;

export function readChat(context: Context): ReadResult {
  const { body, bytes, model } = context;
  if (model === "") {
    return { ok: false, failure: failure("invalid", { message: "you must provide a model parameter" }) };
  }
  const messages = asList(body.messages).map(asFields);
  if (!Array.isArray(body.messages)) return { ok: false, failure: missing("messages") };
  if (messages.length === 0) {
    const message = "Invalid 'messages': empty array. Expected an array with minimum length 1.";
    return { ok: false, failure: failure("invalid", { param: "messages", code: "empty_array", message }) };
  }
  const counter = inputCounter();
  let system = "";
  let lastUser = "";
  let toolResult: string | null = null;
  for (const message of messages) {
    counter.message();
    const text = readContent(message.content, counter);
    for (const call of asList(message.tool_calls).map((one) => asFields(asFields(one).function))) {
      counter.text(asText(call.name));
      counter.text(asText(call.arguments));
    }
    toolResult = message.role === "tool" || message.role === "function" ? text : null;
    if (message.role === "system" || message.role === "developer") system += text;
    if (message.role === "user") lastUser = text;
  }
  counter.json(body.tools);
  const tools = asList(body.tools).map((one) => toolOf(asFields(asFields(one).function)));
  return {
    ok: true,
    prompt: {
      model,
      system,
      lastUser,
      toolResult,
      tools: tools.filter((tool) => tool.name !== ""),
      toolChoice: readToolChoice(body.tool_choice),
      format: readFormat(asFields(body.response_format)),
      maxTokens: asCount(body.max_completion_tokens) ?? asCount(body.max_tokens),
      stop: asTexts(body.stop),
      choices: Math.min(Math.max(asCount(body.n) ?? 1, 1), MAX_CHOICES),
      stream: body.stream === true,
      thinking: thinks(asText(body.reasoning_effort)),
      input: counter.total(bytes.length, false),
    },
  };
}

/** Whether an effort is more than none. */
export const thinks = (effort: string): boolean => !["", "none", "minimal"].includes(effort);

/** What counts as a picture, in chat and in responses. */
const PICTURES: ReadonlySet<unknown> = new Set(["image_url", "input_image", "input_file"]);

/** Text of a content, which is a string or parts; every part is counted. */
export function readContent(content: unknown, counter: InputCounter): string {
  if (typeof content === "string") {
    counter.text(content);
    return content;
  }
  const texts: string[] = [];
  for (const part of asList(content).map(asFields)) {
    if (PICTURES.has(part.type)) counter.image();
    else if (part.type === "input_audio") counter.audio(asText(asFields(part.input_audio).data));
    else {
      const text = asText(part.text) || asText(part.refusal);
      counter.text(text);
      texts.push(text);
    }
  }
  return texts.join("\n");
}

/** OpenAI's tool choice: a word, or the tool's name (one level deeper in chat than in responses). */
export function readToolChoice(choice: unknown): ToolChoice {
  if (choice === "none") return { mode: "none" };
  // Mistral says `any`.
  if (choice === "required" || choice === "any") return { mode: "required" };
  const named = asText(asFields(asFields(choice).function).name) || asText(asFields(choice).name);
  return named === "" ? { mode: "auto" } : { mode: "named", name: named };
}

/** OpenAI's response format; its schema is one level deeper in chat than in responses. */
export function readFormat(format: Fields): Format {
  if (format.type === "json_object") return { type: "object" };
  if (format.type !== "json_schema") return { type: "text" };
  return { type: "schema", schema: asFields(format.json_schema).schema ?? format.schema };
}
