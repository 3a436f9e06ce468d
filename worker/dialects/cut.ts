/**
 * Ending a stream early, well-formed: what the dialect would have sent had the answer reached its token limit. A cutter
 * sees every event that went to the client, and can end the stream after any of them.
 */

import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import type { DialectName } from "./index.ts";

export interface Cutter {
  /** An event that went to the client. */
  see(json: JsonObject, name: string): void;
  /** The events that end the stream here, as they stand on the wire; `reason` is for a person. */
  end(reason: string): string;
}

const CUTTERS: Readonly<Partial<Record<DialectName, () => Cutter>>> = {
  chat: () => openAiCutter("chat.completion.chunk", (isBegun) => ({ delta: isBegun ? {} : { role: "assistant" } })),
  completions: () => openAiCutter("text_completion", () => ({ text: "" })),
  messages: messagesCutter,
  responses: responsesCutter,
  gemini: geminiCutter,
};

/** A cutter for a stream of `dialect`; null where its streams cannot be ended early. */
export const cutterOf = (dialect: DialectName | null): Cutter | null =>
  (dialect !== null && CUTTERS[dialect]?.()) || null;

const data = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const named = (json: { type: string } & Record<string, unknown>): string => `event: ${json.type}\n${data(json)}`;
/** What tells a program that it was us who ended the stream. */
const note = (reason: string) => ({ code: "budget_exceeded", message: reason });

/** `empty` is a choice that adds nothing; one that has not begun yet has to say whose it is. */
function openAiCutter(object: string, empty: (isBegun: boolean) => JsonObject): Cutter {
  let last: JsonObject = {};
  const begun = new Set<number>();
  const open = new Set<number>();
  return {
    see(json) {
      if (typeof json.id === "string") last = json;
      for (const choice of arrayIn(json, "choices")) {
        if (!isObject(choice)) continue;
        const index = countIn(choice, "index") ?? 0;
        if (typeof objectIn(choice, "delta").role === "string") begun.add(index);
        if (typeof choice.finish_reason === "string") open.delete(index);
        else open.add(index);
      }
    },
    end(reason) {
      const choices = [...(open.size > 0 ? open : [0])].map((index) => ({
        index,
        ...empty(begun.has(index)),
        logprobs: null,
        finish_reason: "length",
      }));
      const head = { id: last.id ?? "", object, created: last.created ?? 0, model: last.model ?? "" };
      return `${data({ ...head, choices, meterr: note(reason) })}data: [DONE]\n\n`;
    },
  };
}

function messagesCutter(): Cutter {
  let openBlock: number | null = null;
  let outputTokens = 0;
  return {
    see(json) {
      if (json.type === "content_block_start") openBlock = countIn(json, "index");
      if (json.type === "content_block_stop") openBlock = null;
      const usage = isObject(json.usage) ? json.usage : objectIn(objectIn(json, "message"), "usage");
      outputTokens = countIn(usage, "output_tokens") ?? outputTokens;
    },
    end(reason) {
      const stop = openBlock === null ? "" : named({ type: "content_block_stop", index: openBlock });
      const delta = { stop_reason: "max_tokens", stop_sequence: null };
      const usage = { output_tokens: outputTokens };
      return (
        stop + named({ type: "message_delta", delta, usage, meterr: note(reason) }) + named({ type: "message_stop" })
      );
    },
  };
}

function geminiCutter(): Cutter {
  let last: JsonObject = {};
  return {
    see(json) {
      last = json;
    },
    end(reason) {
      const candidate = { content: { parts: [{ text: "" }], role: "model" }, finishReason: "MAX_TOKENS", index: 0 };
      const rest = { usageMetadata: last.usageMetadata, modelVersion: last.modelVersion, responseId: last.responseId };
      const json = { candidates: [{ ...candidate, finishMessage: reason }], ...rest };
      return `data: ${JSON.stringify(json)}\r\n\r\n`;
    },
  };
}

/** An output item of a response while it is being streamed. */
interface OpenItem {
  item: Record<string, unknown>;
  /** Content parts by their index. */
  parts: Record<string, unknown>[];
}

function responsesCutter(): Cutter {
  let response: JsonObject = {};
  let sequence = 0;
  const done: unknown[] = [];
  const open = new Map<number, OpenItem>();
  return {
    see(json) {
      sequence = Math.max(sequence, (countIn(json, "sequence_number") ?? 0) + 1);
      if (isObject(json.response)) response = json.response;
      const index = countIn(json, "output_index") ?? 0;
      if (json.type === "response.output_item.done") {
        open.delete(index);
        done[index] = json.item;
      } else if (json.type === "response.output_item.added" && isObject(json.item)) {
        open.set(index, { item: { ...json.item }, parts: [] });
      } else grow(open.get(index), json);
    },
    end(reason) {
      let events = "";
      const emit = (type: string, fields: JsonObject) => {
        events += named({ type, sequence_number: sequence++, ...fields });
      };
      for (const [index, { item, parts }] of open) {
        const at = { item_id: item.id, output_index: index };
        for (const [content_index, part] of parts.entries()) {
          if (part.type === "output_text")
            emit("response.output_text.done", { ...at, content_index, text: part.text, logprobs: [] });
          emit("response.content_part.done", { ...at, content_index, part });
        }
        const ended = { ...item, ...(parts.length > 0 ? { content: parts } : {}), status: "incomplete" };
        emit("response.output_item.done", { output_index: index, item: ended });
        done[index] = ended;
      }
      const incomplete_details = { reason: "max_output_tokens" };
      const output = done.filter((item) => item !== undefined);
      emit("response.incomplete", {
        response: {
          ...response,
          status: "incomplete",
          incomplete_details,
          output,
          metadata: withNote(response, reason),
        },
      });
      return events;
    },
  };
}

/** The response's own metadata with the note; its values are texts. */
const withNote = (response: JsonObject, reason: string): JsonObject => ({
  ...objectIn(response, "metadata"),
  meterr: `${note(reason).code}: ${reason}`.slice(0, 512),
});

/** Adds what an event brought to the item that it belongs to. */
function grow(open: OpenItem | undefined, json: JsonObject): void {
  if (!open) return;
  const delta = stringIn(json, "delta") ?? "";
  const part = countIn(json, "content_index") ?? 0;
  switch (json.type) {
    case "response.content_part.added":
      open.parts[part] = { ...objectIn(json, "part") };
      return;
    case "response.output_text.delta":
    case "response.refusal.delta": {
      const field = json.type === "response.refusal.delta" ? "refusal" : "text";
      const into = open.parts[part] ?? { type: "output_text", annotations: [], text: "" };
      open.parts[part] = into;
      into[field] = `${into[field] ?? ""}${delta}`;
      return;
    }
    case "response.function_call_arguments.delta":
      open.item.arguments = `${open.item.arguments ?? ""}${delta}`;
      return;
    case "response.custom_tool_call_input.delta":
      open.item.input = `${open.item.input ?? ""}${delta}`;
  }
}
