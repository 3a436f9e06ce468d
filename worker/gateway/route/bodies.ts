/** Bodies of answers that are looked at before anything of them goes on. */
import { joinBytes } from "../../core/bytes.ts";
import { readAnswer } from "../read-answer.ts";

/** Of an error, more is not read: it goes on as it is, but for what is longer. */
const MAX_ERROR_BYTES = 262_144;

/** The same answer with a body that was read: decoded, and all there. */
export function again(response: Response, bytes: Uint8Array): Response {
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  const { status, statusText } = response;
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status, statusText, headers });
}

/** An error's body, as far as it comes. */
export async function bodyOf(response: Response): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array(0);
  const read = await readAnswer(response, MAX_ERROR_BYTES);
  if (read.kind === "whole") return read.bytes;
  if (read.kind === "broken") return new Uint8Array(0);
  read.reader.cancel().catch(() => {});
  return joinBytes(read.first);
}
