/** What a request asks, as a digest: the upstream answers with it, and the client knows which one it has to get. */
import { createHash } from "node:crypto";
import type { Body } from "./types.ts";

/**
 * Of all that decides an answer: system, tools and messages. Not the model, for a route may choose it; nor where prompts are
 * marked to be kept, which changes no answer.
 */
export function digestOf({ system, tools, messages }: Body): string {
  const asked = JSON.stringify([plain(system), plain(tools), plain(messages)]);
  return createHash("sha256").update(asked).digest("hex").slice(0, 32);
}

/** Without marks, and a text as the one block that it stands for. */
export function plain(value: unknown, name = ""): unknown {
  if (typeof value === "string" && (name === "content" || name === "")) return [{ type: "text", text: value }];
  if (Array.isArray(value)) return value.map((each) => (typeof each === "string" ? each : plain(each, "[]")));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== "cache_control")
      .map(([field, inner]) => [field, plain(inner, field)]),
  );
}

/** A number from 0 until before 1 that follows from `digest`. */
export const chanceOf = (digest: string, salt: string): number =>
  createHash("sha256").update(`${salt}${digest}`).digest().readUInt32BE(0) / 2 ** 32;
