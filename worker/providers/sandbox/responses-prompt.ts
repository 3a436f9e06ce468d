/** Reads a request of OpenAI's Responses API. */
import { readContent, readFormat, readToolChoice, thinks } from "./chat-prompt.ts";
import type { Context, ReadResult } from "./context.ts";
import { failure, missing } from "./failures.ts";
import { asCount, asFields, asList, asText } from "./json.ts";
import { inputCounter, toolOf } from "./prompt.ts";

export function readResponses(context: Context): ReadResult {
  const { body, bytes, model } = context;
  if (model === "" && body.prompt === undefined) return { ok: false, failure: missing("model") };
  if (body.input === undefined && body.prompt === undefined) return { ok: false, failure: missing("input") };
  if (body.input !== undefined && typeof body.input !== "string" && !Array.isArray(body.input)) {
    const message = "Invalid type for 'input': expected one of an array of input items or a string.";
    return { ok: false, failure: failure("invalid", { param: "input", code: "invalid_type", message }) };
  }
  const counter = inputCounter();
  let system = asText(body.instructions);
  if (system !== "") {
    counter.message();
    counter.text(system);
  }
  let lastUser = "";
  let toolResult: string | null = null;
  const items = typeof body.input === "string" ? [{ role: "user", content: body.input }] : asList(body.input);
  for (const item of items.map(asFields)) {
    counter.message();
    toolResult = null;
    switch (item.type ?? "message") {
      case "message": {
        const text = readContent(item.content, counter);
        if (item.role === "system" || item.role === "developer") system += text;
        if (item.role === "user") lastUser = text;
        break;
      }
      case "function_call":
        counter.text(asText(item.name));
        counter.text(asText(item.arguments));
        break;
      case "function_call_output":
        toolResult = readContent(item.output, counter);
        break;
      case "reasoning":
        for (const part of asList(item.summary)) counter.text(asText(asFields(part).text));
        break;
      default:
        // Items of other types pass; what they hold is not billed here.
        break;
    }
  }
  counter.json(body.tools);
  const functions = asList(body.tools)
    .map(asFields)
    .filter((tool) => tool.type === "function");
  return {
    ok: true,
    prompt: {
      model,
      system,
      lastUser,
      toolResult,
      tools: functions.map(toolOf).filter((tool) => tool.name !== ""),
      toolChoice: readToolChoice(body.tool_choice),
      format: readFormat(asFields(asFields(body.text).format)),
      maxTokens: asCount(body.max_output_tokens),
      stop: [],
      choices: 1,
      stream: body.stream === true,
      thinking: thinks(asText(asFields(body.reasoning).effort)),
      input: counter.total(bytes.length, false),
    },
  };
}
