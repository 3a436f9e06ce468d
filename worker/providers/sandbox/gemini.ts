/** Gemini's generateContent and streamGenerateContent, on Google's own API and on Vertex. */
import { type Context, type Dialect, jsonHeaders, type ReadResult } from "./context.ts";
import type { Controls } from "./controls.ts";
import { failure } from "./failures.ts";
import { CREATED_ISO } from "./ids.ts";
import { asCount, asFields, asList, asText, asTexts, type Fields } from "./json.ts";
import { type Answer, chunksOf, type Play, type PlayedUsage } from "./play.ts";
import { type Format, type InputCounter, inputCounter, type Prompt, type ToolChoice, toolOf } from "./prompt.ts";
import { errorBody } from "./provider-errors.ts";
import { plain, type Reply, streamed } from "./reply.ts";
import { countTokens } from "./tokenizer.ts";

const MAX_CANDIDATES = 8;

/** The dialect, streamed or not as the path's method says. */
export const gemini = (stream: boolean): Dialect => ({
  read: (context) => readGemini(context, stream),
  write: (context, prompt, played, controls) =>
    prompt.stream ? writeStream(context, prompt, played, controls) : writeWhole(context, prompt, played, controls),
  errorEvents(context, failed) {
    const body = errorBody(context.provider, failed, context.ids);
    return [context.query.get("alt") === "sse" ? sseEvent(body) : `,\n${pretty(body)}\n]`];
  },
});

/** Gemini spells some fields both ways. */
const either = (fields: Fields, camel: string): unknown =>
  fields[camel] ?? fields[camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];

export function readGemini(context: Context, stream: boolean): ReadResult {
  const { body, bytes, model } = context;
  const contents = asList(body.contents).map(asFields);
  if (contents.length === 0) {
    const message = "* GenerateContentRequest.contents: contents is not specified\n";
    return { ok: false, failure: failure("invalid", { message }) };
  }
  const counter = inputCounter();
  const system = readParts(asFields(either(body, "systemInstruction")).parts, counter).text;
  let lastUser = "";
  let toolResult: string | null = null;
  for (const content of contents) {
    counter.message();
    const read = readParts(content.parts, counter);
    toolResult = read.toolResult;
    if (content.role !== "model" && read.text !== "") lastUser = read.text;
  }
  counter.json(body.tools);
  const declarations = asList(body.tools).flatMap((tool) => asList(either(asFields(tool), "functionDeclarations")));
  const config = asFields(either(body, "generationConfig"));
  const thinking = asFields(either(config, "thinkingConfig"));
  return {
    ok: true,
    prompt: {
      model,
      system,
      lastUser,
      toolResult,
      tools: declarations.map((one) => toolOf(asFields(one))),
      toolChoice: readToolChoice(asFields(either(body, "toolConfig"))),
      format: readFormat(config),
      maxTokens: asCount(either(config, "maxOutputTokens")),
      stop: asTexts(either(config, "stopSequences")),
      choices: Math.min(Math.max(asCount(either(config, "candidateCount")) ?? 1, 1), MAX_CANDIDATES),
      stream,
      thinking: either(thinking, "includeThoughts") === true || (asCount(either(thinking, "thinkingBudget")) ?? 0) > 0,
      input: counter.total(bytes.length, false),
    },
  };
}

function readToolChoice(config: Fields): ToolChoice {
  const calling = asFields(either(config, "functionCallingConfig"));
  const allowed = asTexts(either(calling, "allowedFunctionNames"));
  switch (asText(calling.mode).toUpperCase()) {
    case "NONE":
      return { mode: "none" };
    case "ANY":
      return allowed.length === 1 ? { mode: "named", name: allowed[0] ?? "" } : { mode: "required" };
    default:
      return { mode: "auto" };
  }
}

function readFormat(config: Fields): Format {
  if (either(config, "responseMimeType") !== "application/json") return { type: "text" };
  const schema = either(config, "responseJsonSchema") ?? either(config, "responseSchema");
  return schema === undefined ? { type: "object" } : { type: "schema", schema };
}

function readParts(parts: unknown, counter: InputCounter): { text: string; toolResult: string | null } {
  const texts: string[] = [];
  let toolResult: string | null = null;
  for (const part of asList(parts).map(asFields)) {
    const data = asFields(either(part, "inlineData"));
    const call = asFields(either(part, "functionCall"));
    const answered = asFields(either(part, "functionResponse"));
    if (typeof part.text === "string") {
      counter.text(part.text);
      texts.push(part.text);
    } else if (asText(either(data, "mimeType")).startsWith("audio/")) counter.audio(asText(data.data));
    else if (data.data !== undefined || either(part, "fileData") !== undefined) counter.image();
    else if (call.name !== undefined) {
      counter.text(asText(call.name));
      counter.json(call.args);
    } else if (answered.name !== undefined) {
      toolResult = JSON.stringify(answered.response ?? {});
      counter.text(toolResult);
    }
  }
  return { text: texts.join("\n"), toolResult };
}

/** Candidates leave the thought out; the total has it. */
function usageOf(context: Context, usage: PlayedUsage): Fields {
  const shown = usage.output - usage.reasoning;
  const text = usage.input - usage.audioIn;
  return {
    promptTokenCount: usage.input,
    ...(shown > 0 ? { candidatesTokenCount: shown } : {}),
    totalTokenCount: usage.input + usage.output,
    ...(usage.cached > 0
      ? {
          cachedContentTokenCount: usage.cached,
          cacheTokensDetails: [{ modality: "TEXT", tokenCount: usage.cached }],
        }
      : {}),
    ...(context.provider === "vertex" ? { trafficType: "ON_DEMAND" } : {}),
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: text },
      ...(usage.audioIn > 0 ? [{ modality: "AUDIO", tokenCount: usage.audioIn }] : []),
    ],
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  };
}

const finishOf = (answer: Answer): Fields => ({
  finishReason: answer.finish === "length" ? "MAX_TOKENS" : "STOP",
  ...(answer.calls.length > 0 ? { finishMessage: "Model generated function call(s)." } : {}),
});

/** The parts of an answer that is shown whole; a thought is shown only if that was asked for. */
function partsOf(context: Context, answer: Answer): Fields[] {
  const parts: Fields[] = [];
  if (answer.thought !== "" && showsThoughts(context)) parts.push({ text: answer.thought, thought: true });
  if (answer.text !== "") parts.push({ text: answer.text });
  for (const call of answer.calls) {
    const args: unknown = JSON.parse(call.arguments);
    parts.push({ functionCall: { name: call.name, args } });
  }
  return parts;
}

function showsThoughts(context: Context): boolean {
  const config = asFields(either(context.body, "generationConfig"));
  return either(asFields(either(config, "thinkingConfig")), "includeThoughts") === true;
}

/** Names the model and the answer, on every chunk the same. */
const tailOf = (context: Context, prompt: Prompt): Fields => ({
  modelVersion: prompt.model,
  ...(context.provider === "vertex" ? { createTime: CREATED_ISO } : {}),
  responseId: context.ids.text(23),
});

const headers = (context: Context): Record<string, string> => ({
  ...jsonHeaders(context),
  "content-type": "application/json; charset=UTF-8",
  vary: "Origin, X-Origin, Referer",
});

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Google's servers put a blank behind a colon, none behind a comma, and end lines with CRLF. */
const sseEvent = (value: unknown): string => `data: ${JSON.stringify(value, null, 1).replace(/\n */g, "")}\r\n\r\n`;

function writeWhole(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const candidates = played.answers.map((answer, index) => ({
    content: { parts: partsOf(context, answer), role: "model" },
    ...finishOf(answer),
    index,
  }));
  const usage = controls.noUsage ? {} : { usageMetadata: usageOf(context, played.usage) };
  return plain(200, headers(context), `${pretty({ candidates, ...usage, ...tailOf(context, prompt) })}\n`);
}

function writeStream(context: Context, prompt: Prompt, played: Play, controls: Controls): Reply {
  const tail = tailOf(context, prompt);
  const chunks: Fields[] = [];
  const usage = { ...played.usage, output: 0, reasoning: 0 };
  for (const [index, answer] of played.answers.entries()) {
    const shown: Fields[] = [];
    const emit = (parts: Fields[], tokens: number, end: Fields): void => {
      usage.output += tokens;
      const counts = controls.noUsage ? {} : { usageMetadata: usageOf(context, usage) };
      chunks.push({ candidates: [{ content: { parts, role: "model" }, ...end, index }], ...counts, ...tail });
    };
    const thinking = countTokens(answer.thought);
    usage.reasoning += thinking;
    usage.output += thinking;
    if (showsThoughts(context))
      shown.push(...chunksOf(answer.thought, controls).map((text) => ({ text, thought: true })));
    shown.push(...chunksOf(answer.text, controls).map((text) => ({ text })));
    shown.push(...partsOf(context, { ...answer, thought: "", text: "" }));
    for (const [at, part] of shown.entries()) {
      const last = at === shown.length - 1;
      emit([part], tokensOf(part, answer), last ? finishOf(answer) : {});
    }
    if (shown.length === 0) emit([{ text: "" }], 0, finishOf(answer));
  }
  // What was counted piece by piece equals the whole; the last chunk says so in any case.
  const last = chunks.at(-1);
  if (last && !controls.noUsage) last.usageMetadata = usageOf(context, played.usage);
  if (context.query.get("alt") === "sse") {
    return streamed({ ...headers(context), "content-type": "text/event-stream" }, chunks.map(sseEvent));
  }
  const array = chunks.map((chunk, index) => `${index === 0 ? "[" : ",\n"}${pretty(chunk)}\n`);
  return streamed(headers(context), [...array, "]"]);
}

/** The tokens of one part of a stream; those of a thought are counted already. */
function tokensOf(part: Fields, answer: Answer): number {
  if (part.thought === true) return 0;
  if (typeof part.text === "string") return countTokens(part.text);
  const call = answer.calls.find((one) => one.name === asFields(part.functionCall).name);
  return call ? countTokens(call.name) + countTokens(call.arguments) : 0;
}
