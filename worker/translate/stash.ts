/**
 * What only the provider understands and wants back in the next turn (signatures of thoughts, encrypted thoughts): packed into
 * a text that the client's dialect carries there and back.
 */
import type { SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { isObject, parseJson } from "../core/json.ts";

/** `metadata` as base64; null where there is nothing in it. */
export const pack = (metadata: SharedV4ProviderMetadata | undefined): string | null =>
  metadata && Object.keys(metadata).length > 0 ? packed(metadata) : null;

/** The same, and a mark of ours where there is nothing in it: who made what it stands beside is then known again. */
export const sign = (metadata: SharedV4ProviderMetadata | undefined): string => packed(metadata ?? {});

function packed(metadata: SharedV4ProviderMetadata): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(JSON.stringify({ mtr: metadata }))) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** What `pack` made `text` of; undefined where that was somebody else. */
export function unpack(text: unknown): SharedV4ProviderMetadata | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const json = parseJson(new TextDecoder().decode(bytes));
    if (!isObject(json) || !isObject(json.mtr) || Object.keys(json.mtr).length === 0) return undefined;
    return json.mtr as SharedV4ProviderMetadata;
  } catch {
    return undefined;
  }
}

/** How everything begins that `pack` and `sign` make. */
const MARK = btoa('{"mtr":{').slice(0, 10);

/** Whether `text` is what `pack` or `sign` made. */
export const isMarked = (text: unknown): boolean => typeof text === "string" && text.startsWith(MARK);

/** Whether something of that is anywhere in `text`. */
export const hasMark = (text: string): boolean => text.includes(MARK);

/** Stands between a tool call's own id and what is packed behind it: letters that every provider takes in an id. */
const SEAM = "__mtr1_";

/** The id of a tool call, with what has to come back along with it: every client returns ids, and few return more. */
export function idWith(id: string, metadata: SharedV4ProviderMetadata | undefined): string {
  const packed = pack(metadata);
  return packed === null ? id : `${id}${SEAM}${packed.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The id that `idWith` was given, and the metadata. */
export function splitId(text: string): { id: string; metadata: SharedV4ProviderMetadata | undefined } {
  const at = text.indexOf(SEAM);
  if (at < 0) return { id: text, metadata: undefined };
  const packed = text
    .slice(at + SEAM.length)
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  return { id: text.slice(0, at), metadata: unpack(packed) };
}
