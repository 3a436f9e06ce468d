/**
 * The sandbox provider: stands behind `mtr_test_` keys for every provider's slug and plays its models, their
 * usage and their failures, without a network. Deterministic; the only effects are the timers that a client asks
 * for. docs/sandbox.md says what it can be told.
 */
import type { HeaderReader } from "../../core/header-map.ts";
import { chat } from "./chat.ts";
import { cohere } from "./cohere.ts";
import { completions } from "./completions.ts";
import type { Context, Dialect } from "./context.ts";
import { type Controls, readControls, splitModel } from "./controls.ts";
import { cohereEmbeddings, geminiEmbeddings, openaiEmbeddings, type RestResult } from "./embeddings.ts";
import { type EndpointName, findEndpoint } from "./endpoints.ts";
import { type Failure, failure } from "./failures.ts";
import { gemini } from "./gemini.ts";
import { idsOf } from "./ids.ts";
import { asText, asTexts, type Fields, parseFields } from "./json.ts";
import { countGemini, countMessages, countResponses, models, moderations, rerank } from "./lists.ts";
import { fileUpload, images, speech, transcription } from "./media.ts";
import { messages } from "./messages.ts";
import { play } from "./play.ts";
import { errorReply } from "./provider-errors.ts";
import { type Reply, send } from "./reply.ts";
import { responses } from "./responses.ts";

export interface SandboxRequest {
  /** The slug of the provider to play. */
  provider: string;
  /** The provider's own path, as it is below its origin. */
  path: string;
  query: URLSearchParams;
  method: string;
  headers: HeaderReader;
  body: Uint8Array | ReadableStream<Uint8Array> | null;
  /** Ends waits and streams. */
  signal: AbortSignal;
}

/**
 * The name of the model that is to be played where `model` was asked for: without the sandbox's options
 * (`gpt-5-mini@error=429`). The model to look prices up for.
 */
export const sandboxModel = (model: string): string => splitModel(model).model;

const DIALECTS: Partial<Record<EndpointName, Dialect>> = {
  chat,
  completions,
  responses,
  messages,
  gemini: gemini(false),
  gemini_stream: gemini(true),
  cohere_chat: cohere,
};

/**
 * Answers as the provider would.
 * @throws the signal's reason once it is aborted; a `TypeError`, as `fetch` does, where `reset` was asked for.
 */
export async function answerSandbox(request: SandboxRequest): Promise<Response> {
  const { provider, path, method, query, headers, signal } = request;
  const bytes = await readAll(request.body);
  const ids = await idsOf(`${method} ${provider} ${path}`, bytes);
  const endpoint = findEndpoint(provider, method, path);
  // Whoever serves Anthropic's format serves its errors too.
  const dress = endpoint?.name.startsWith("messages") ? "anthropic" : provider;
  const refuse = (failed: Failure, controls: Controls = {}): Promise<Response> =>
    send(errorReply(dress, failed, ids), controls, [], signal);

  if (!endpoint) return refuse(failure("not_found", { message: `Invalid URL (${method} ${path})` }));
  const isJson = method === "POST" && !endpoint.form;
  const body: Fields | null = isJson ? parseFields(bytes) : {};
  if (!body) return refuse(failure("invalid", { message: "We could not parse the JSON body of your request." }));
  const form = endpoint.form ? await readForm(headers, bytes) : null;
  const asked = splitModel(endpoint.model ?? (asText(body.model) || asText(form?.get("model"))));
  const context: Context = { provider, query, headers, bytes, body, model: asked.model, ids };

  const dialect = DIALECTS[endpoint.name];
  const read = dialect?.read(context);
  const [system, lastUser] = read?.ok
    ? [read.prompt.system, read.prompt.lastUser]
    : ["", asTexts(body.input).join("\n")];
  const wanted = readControls(provider, system, lastUser, asked.options);
  if (!wanted.ok) return refuse(failure("invalid", { message: `sandbox: ${wanted.problem}` }));
  const controls = wanted.controls;

  // An error that is to come later comes inside the stream, if there is one.
  const later = read?.ok && read.prompt.stream && controls.after !== undefined ? controls.error : undefined;
  if (controls.error && !later) return refuse(controls.error, controls);
  if (!dialect || !read) {
    const result = answerRest(endpoint.name, endpoint.model, context, form);
    return result.ok ? send(result.reply, controls, [], signal) : refuse(result.failure, controls);
  }
  if (!read.ok) return refuse(read.failure, controls);
  const reply: Reply = dialect.write(context, read.prompt, play(read.prompt, controls), controls);
  return send(reply, controls, later ? dialect.errorEvents(context, later) : [], signal);
}

function answerRest(name: EndpointName, pathModel: string | null, context: Context, form: FormData | null): RestResult {
  switch (name) {
    case "embeddings":
      return openaiEmbeddings(context);
    case "gemini_embed":
      return geminiEmbeddings(context, false);
    case "gemini_embed_batch":
      return geminiEmbeddings(context, true);
    case "cohere_embed":
      return cohereEmbeddings(context);
    case "responses_count":
      return countResponses(context);
    case "messages_count":
      return countMessages(context);
    case "gemini_count":
      return countGemini(context);
    case "models":
      return models(context, pathModel);
    case "moderations":
      return moderations(context);
    case "rerank":
      return rerank(context);
    case "files":
      return fileUpload(context, form);
    case "transcription":
      return transcription(context, form);
    case "speech":
      return speech(context);
    case "images":
      return images(context);
    default:
      return { ok: false, failure: failure("not_found") };
  }
}

async function readAll(body: SandboxRequest["body"]): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  return body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer());
}

/** The form in `bytes`, or null where it is none. */
async function readForm(headers: HeaderReader, bytes: Uint8Array): Promise<FormData | null> {
  try {
    const type = headers.get("content-type") ?? "";
    return await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } }).formData();
  } catch {
    return null;
  }
}
