/** Reading a request's body, only where meterr has to know what is in it. */

import { joinBytes } from "../core/bytes.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { HeaderReader } from "../core/header-map.ts";
import { isObject, type JsonObject, parseJson } from "../core/json.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";

/** The platform takes no larger body. */
const MAX_BODY_BYTES = 100_000_000;
/** An isolate has 128 MB for all its requests, and a body that is read is there as bytes and as text. */
const MAX_READ_BYTES = 50_000_000;

/** A request's body, as far as meterr reads it. */
export type RequestBody =
  | { kind: "none" }
  /** Not read: it goes on as it comes. `tooLong` fires once one of undeclared length has turned out too long. */
  | { kind: "stream"; stream: ReadableStream<Uint8Array>; tooLong: AbortSignal }
  /** `text` is the bytes, decoded. */
  | { kind: "json"; bytes: Uint8Array; text: string; json: JsonObject }
  /** A form: its text fields stand for the JSON. `files` are the others. */
  | { kind: "form"; bytes: Uint8Array; json: JsonObject; files: number };

/** A request's body, however often it is asked for; read where `reads`. */
export type BodyReader = (reads: boolean) => Promise<Outcome<RequestBody>>;

/** Who asks again gets what was read: a body comes once. */
export function bodyReaderOf(request: Request, headers: HeaderReader): BodyReader {
  let body: Promise<Outcome<RequestBody>> | null = null;
  return (reads) => {
    body ??= readBody(request, headers, reads);
    return body;
  };
}

/** The body of `request`; read where `reads`. */
export async function readBody(request: Request, headers: HeaderReader, reads: boolean): Promise<Outcome<RequestBody>> {
  const declared = Number(headers.get("content-length") ?? "0");
  const limit = reads ? MAX_READ_BYTES : MAX_BODY_BYTES;
  // A declared length is kept by the runtime; reading it in one go costs a third of a loop over the stream.
  const isDeclared = reads && declared > 0 && declared <= limit;
  let read: Uint8Array | "broken";
  if (isDeclared) read = await readDeclared(request);
  else {
    if (!request.body) return reads ? fail(notJson("The request has no body.")) : ok({ kind: "none" });
    if (declared > limit) return tooLarge(request.body, limit);
    if (!reads) {
      const tooLong = new AbortController();
      const stream = declared > 0 ? request.body : request.body.pipeThrough(upTo(limit, tooLong));
      return ok({ kind: "stream", stream, tooLong: tooLong.signal });
    }
    const most = await readUpTo(request.body, limit);
    if (most === "too_long") return tooLarge(request.body, limit);
    read = most;
  }
  if (read === "broken") return fail(notJson("The request's body broke off before its end."));
  return parseBody(read, headers);
}

async function readDeclared(request: Request): Promise<Uint8Array | "broken"> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    return "broken";
  }
}

async function parseBody(bytes: Uint8Array, headers: HeaderReader): Promise<Outcome<RequestBody>> {
  const type = headers.get("content-type") ?? "";
  if (/^multipart\/form-data/i.test(type)) return readForm(bytes, type);
  if (headers.get("content-encoding")) {
    return fail(
      gatewayError("invalid_request", "Compressed request bodies are not supported: send the JSON as it is."),
    );
  }
  const text = decodeUtf8(bytes);
  const json = text === null ? undefined : parseJson(text);
  if (text === null || !isObject(json)) return fail(notJson("The request's body is not a JSON object."));
  return ok({ kind: "json", bytes, text, json });
}

const notJson = (message: string) => gatewayError("invalid_request", message);

async function readUpTo(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | "too_long" | "broken"> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return joinBytes(chunks);
      length += value.byteLength;
      if (length > limit) {
        reader.releaseLock();
        return "too_long";
      }
      chunks.push(value);
    }
  } catch {
    return "broken";
  }
}

/** Takes in the rest first: a client that is still writing would see a reset connection instead of the answer. */
async function tooLarge(body: ReadableStream<Uint8Array>, limit: number): Promise<Outcome<never>> {
  let left = 4 * MAX_BODY_BYTES;
  const reader = body.getReader();
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      left -= value.byteLength;
    }
  } catch {
    // The client gave up by itself.
  }
  return fail(bodyTooLarge(limit));
}

/** A body of more than `limit` bytes. */
export const bodyTooLarge = (limit = MAX_BODY_BYTES): GatewayError =>
  gatewayError("too_large", `The request's body is larger than ${limit / 1_000_000} MB.`);

/** Passes no more than `limit` bytes of a body of undeclared length; the rest is taken in first, as by `tooLarge`. */
function upTo(limit: number, tooLong: AbortController): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.byteLength;
      if (length <= limit) controller.enqueue(chunk);
      else if (length > 4 * MAX_BODY_BYTES) giveUp(controller);
    },
    flush(controller) {
      if (length > limit) giveUp(controller);
    },
  });

  function giveUp(controller: TransformStreamDefaultController<Uint8Array>): void {
    tooLong.abort();
    controller.error(new RangeError("the body is too long"));
  }
}

/** One for all: a decoder that is not streaming keeps nothing between two calls. */
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** Fields of forms that say what it costs. */
const ONCE: ReadonlySet<string> = new Set(["model", "n", "size", "quality", "partial_images", "stream"]);

async function readForm(bytes: Uint8Array, type: string): Promise<Outcome<RequestBody>> {
  try {
    const form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } }).formData();
    const json: Record<string, unknown> = {};
    let files = 0;
    for (const [name, value] of form) {
      if (typeof value !== "string") files++;
      // Which of two counts, providers do not agree on.
      else if (ONCE.has(name) && Object.hasOwn(json, name))
        return fail(notJson(`The form has more than one "${name}".`));
      else if (name !== "__proto__") json[name] = value;
    }
    return ok({ kind: "form", bytes, json, files });
  } catch {
    return fail(gatewayError("invalid_request", "The request's body is not a multipart form."));
  }
}
