/** An answer that is small enough is read whole, so that its cost can stand in a header. */
import { joinBytes } from "../core/bytes.ts";

/** The whole of a body, or its beginning where it turned out too long, with the reader of the rest. */
export type ReadAnswer =
  | { kind: "whole"; bytes: Uint8Array }
  | { kind: "long"; first: Uint8Array[]; reader: ReadableStreamDefaultReader<Uint8Array> }
  | { kind: "broken" };

/** Reads up to `limitBytes` of the answer's body. Never throws. */
export async function readAnswer(response: Response, limitBytes: number): Promise<ReadAnswer> {
  const declared = Number(response.headers.get("content-length") ?? "0");
  // An encoded body is longer than it declares.
  if (declared > 0 && declared <= limitBytes && !response.headers.has("content-encoding")) {
    const bytes = await response.arrayBuffer().catch(() => null);
    return bytes ? { kind: "whole", bytes: new Uint8Array(bytes) } : { kind: "broken" };
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await reader.read().catch(() => null);
    if (next === null) return { kind: "broken" };
    if (next.done) return { kind: "whole", bytes: joinBytes(first) };
    first.push(next.value);
    length += next.value.byteLength;
    if (length > limitBytes) return { kind: "long", first, reader };
  }
}
