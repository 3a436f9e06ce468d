/** Opaque cursors for what D1 lists by time: the last row that was seen. */
import * as z from "zod";
import { type Outcome, ok } from "../core/outcome.ts";
import { invalid } from "./call.ts";

export interface Position {
  /** Milliseconds since the epoch. */
  time: number;
  id: string;
}

const shape = z.tuple([z.int(), z.string()]);

export const writeCursor = ({ time, id }: Position): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify([time, id]))));

/** Where a cursor points; null for the beginning. */
export function readCursor(cursor: string | null): Outcome<Position | null> {
  if (cursor === null) return ok(null);
  try {
    const bytes = Uint8Array.from(atob(cursor), (char) => char.charCodeAt(0));
    const [time, id] = shape.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return ok({ time, id });
  } catch {
    // atob, JSON.parse and zod all report what is none of ours by throwing.
    return invalid("cursor: not one of this API's", "cursor");
  }
}
