import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import { cutterOf } from "../dialects/cut.ts";
import { DIALECTS, type DialectName } from "../dialects/index.ts";
import type { Hold, Wallet } from "../wallet/types.ts";
import { SlicedStream } from "./slices.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const HELD_TOKENS = 512;

/** A stream that holds 512 tokens of output and gets no more. */
function scarce(dialect: DialectName): SlicedStream {
  const cutter = cutterOf(dialect);
  if (!cutter) throw new Error(`${dialect} has no cutter`);
  const refused = { outcome: "refused", limit: { id: "b", unit: "tokens" }, remaining: 0 };
  return new SlicedStream({
    plan: {
      input: { nanos: 0, tokens: 0 },
      tokenPicos: 1_000,
      whole: { nanos: 1e6, tokens: 1e6 },
      aheadTokens: 64,
    },
    wallet: { topUp: async () => refused } as unknown as Wallet,
    hold: { nanos: HELD_TOKENS, tokens: HELD_TOKENS } as Hold,
    dialect: DIALECTS[dialect],
    cutter,
    removesUsage: false,
    encoding: dialect === "chat" ? "o200k_base" : null,
  });
}

const event = (json: JsonObject): Uint8Array => encode(`data: ${JSON.stringify(json)}\n\n`);

describe("calls of tools", () => {
  // Recorded: GPT-4o bills 17 tokens for each of several calls beside its name and arguments, Claude some 40 for one without any.
  const CALLS: Record<string, { dialect: DialectName; tokens: number; begins: (index: number) => JsonObject }> = {
    chat: {
      dialect: "chat",
      tokens: 20,
      begins: (index) => ({
        id: "c",
        choices: [
          { index: 0, delta: { tool_calls: [{ index, id: `t${index}`, function: { name: "now", arguments: "{}" } }] } },
        ],
      }),
    },
    messages: {
      dialect: "messages",
      tokens: 45,
      begins: (index) => ({
        type: "content_block_start",
        index,
        content_block: { type: "tool_use", id: `t${index}`, name: "current_time_of_the_user", input: {} },
      }),
    },
    responses: {
      dialect: "responses",
      tokens: 20,
      begins: (index) => ({
        type: "response.output_item.added",
        output_index: index,
        item: { type: "function_call", call_id: `t${index}`, name: "now", arguments: "" },
      }),
    },
  };

  test.each(Object.entries(CALLS))("are held with what no text shows: %s", async (_, { dialect, tokens, begins }) => {
    const stream = scarce(dialect);
    let calls = 0;
    do {
      stream.pass(event(begins(calls++)));
    } while (await stream.covers());
    expect((calls - 1) * tokens).toBeLessThanOrEqual(HELD_TOKENS);
    expect(stream.aheadTokens).toBeGreaterThanOrEqual(64 + calls * tokens);
  });
});

test("Mistral's lists of parts are text, its thoughts too", () => {
  const content = [
    { type: "thinking", thinking: [{ type: "text", text: "So it is " }] },
    { type: "text", text: "144." },
  ];
  expect(DIALECTS.chat.textOf({ choices: [{ delta: { content } }] })).toBe("So it is 144.");
});

test("a choice that is ended before it began says whose it is", () => {
  const cutter = cutterOf("chat");
  // Azure begins with a chunk without choices.
  cutter?.see({ id: "", choices: [], prompt_filter_results: [] }, "");
  expect(cutter?.end("no more")).toContain('"delta":{"role":"assistant"}');
  cutter?.see({ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }, "");
  expect(cutter?.end("no more")).toContain('"delta":{}');
});
