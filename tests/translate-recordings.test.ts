/**
 * Recorded answers of real providers, translated for the official SDK of every dialect: it has to find in them what the
 * provider's own SDK finds, text, tool calls and usage.
 */
import { describe, expect, test } from "vitest";
import type { Conversation, ProviderSide } from "../worker/translate/types.ts";
import { type Said, SDKS } from "./support/conversing.ts";
import { type Recording, readRecordings, recordingsPresent, responseBytes } from "./support/recordings.ts";
import { printTable } from "./support/table.ts";
import { SIDES, through } from "./support/translated.ts";

const DIALECTS = Object.keys(SIDES) as Conversation[];
const ENDPOINTS: Readonly<Record<string, Conversation>> = {
  "chat.completions": "chat",
  responses: "responses",
  messages: "messages",
  generateContent: "gemini",
  streamGenerateContent: "gemini",
};

/** What no translated request asks for: several answers at once, tools that the provider runs, usage left out. */
const NEVER_ASKED = /^(?:n>1|server_tool.*|x_groq_usage|refusal)$/;
/** Tools of other kinds; a stream whose recorder left events out; one with arguments in parts, which its own SDK does not join. */
const LEFT_OUT = new Set(["x3f6d0284bc1a2a", "x43593c0494c655", "x5c849f279e2a39", "xd5fe2c3dee2d44"]);

/** Recorded conversations that a translated request could have led to. */
function conversations(): { recording: Recording; side: ProviderSide }[] {
  return readRecordings().flatMap((recording) => {
    const dialect = ENDPOINTS[recording.endpoint];
    const { status, body } = recording.response;
    const isArray = dialect === "gemini" && recording.stream && body.trimStart().startsWith("[");
    if (!dialect || status >= 300 || isArray || recording.provider === "vertex") return [];
    if (LEFT_OUT.has(recording.id) || recording.tags.some((tag) => NEVER_ASKED.test(tag))) return [];
    return [{ recording, side: { ...SIDES[dialect], name: recording.provider } }];
  });
}

const answerOf = (recording: Recording): Response =>
  new Response(responseBytes(recording) as Uint8Array<ArrayBuffer>, {
    headers: { "content-type": recording.stream ? "text/event-stream" : "application/json" },
  });

const QUESTION = { text: "Hi" };

function asked(dialect: Conversation, stream: boolean, fetch: typeof globalThis.fetch): Promise<Said> {
  const sdk = SDKS[dialect]({ baseUrl: "https://meterr.invalid", key: "k", model: "any", fetch });
  return stream ? sdk.stream(QUESTION) : sdk.ask(QUESTION).then(({ said }) => said);
}

/** What the provider's own SDK finds; null where it finds nothing that could be compared. */
const native = (recording: Recording, side: ProviderSide): Promise<Said | null> =>
  asked(side.dialect, recording.stream, async () => answerOf(recording)).catch(() => null);

/** What OpenAI's SDK makes of the thoughts that Mistral puts among the text: then it does not know the text. */
const UNREAD = "[object Object]";
/** Where a dialect has no pictures in its answers, they stand in the text. */
const PICTURE = /!\[\]\(data:[^)]*\)/g;

function differences(recording: Recording, own: Said, other: Said): string[] {
  const calls = (said: Said) => JSON.stringify(said.calls.map(({ name, args }) => [name, args]));
  const { input_tokens: input, output_tokens: output } = recording.expected;
  return [
    own.text === other.text.replace(PICTURE, "") ? "" : "text",
    calls(own) === calls(other) ? "" : "calls",
    input === null || input === other.input ? "" : `input ${other.input} not ${input}`,
    output === null || output === other.output ? "" : `output ${other.output} not ${output}`,
  ].filter((difference) => difference !== "");
}

describe.skipIf(!recordingsPresent)("recorded answers", () => {
  const table: Record<string, Record<string, string>> = {};
  const rows = () =>
    DIALECTS.map((side) => [`${side} answers`, ...DIALECTS.map((client) => table[side]?.[client] ?? "–")]);

  test.each(DIALECTS)("are read by the SDK of %s as their own SDK reads them", async (client) => {
    const all = conversations().filter(({ side }) => side.dialect !== client);
    const lost: string[] = [];
    const counts = new Map<string, { all: number; same: number }>();
    for (const { recording, side } of all) {
      const own = await native(recording, side);
      if (!own || own.text.includes(UNREAD)) continue;
      const count = counts.get(side.dialect) ?? { all: 0, same: 0 };
      counts.set(side.dialect, count);
      count.all++;
      const via = through(side, "drop", async () => answerOf(recording));
      const other = await asked(client, recording.stream, via.fetch).catch((cause: unknown) => String(cause));
      const found = typeof other === "string" ? [other.slice(0, 200)] : differences(recording, own, other);
      if (found.length === 0) count.same++;
      else
        lost.push(
          `${client} < ${recording.provider} ${recording.endpoint} ${recording.stream} ${recording.id}: ${found.join(", ")}`,
        );
    }
    for (const [side, { all, same }] of counts) table[side] = { ...table[side], [client]: `${same}/${all}` };
    if (client === DIALECTS.at(-1)) printTable("as their own SDK reads", DIALECTS, rows());
    expect(counts.size).toBe(3);
    expect(lost).toEqual([]);
  });
});
