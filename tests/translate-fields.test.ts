/** Every documented field of every dialect, at a provider of every other: translated, told as left out, or refused by its name. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { translate } from "../worker/translate/index.ts";
import type { Conversation, ProviderSide } from "../worker/translate/types.ts";
import { BASES, DOCUMENTED, type Documented } from "./support/documented.ts";
import { printTable } from "./support/table.ts";
import { SIDES } from "./support/translated.ts";

const DIALECTS = Object.keys(SIDES) as Conversation[];
type Fate = "translated" | "told" | "refused" | "lost";

async function ask(client: Conversation, side: ProviderSide, set: object) {
  const body = { ...BASES[client], ...set };
  return translate({ dialect: client, body, stream: false, asEvents: true }, [side], "refuse");
}

/** Whether `name` is the field at `path`, or one that it stands in or that stands in it. */
const names = (name: string, path: string): boolean => {
  const [a, b] = [name, path].map((text) => text.replace(/\[\d+\]/g, "[]")) as [string, string];
  const stem = (text: string) => text.replace(/\[\]$/, "");
  return a === b || stem(a).startsWith(stem(b)) || stem(b).startsWith(stem(a));
};

async function fateOf(client: Conversation, side: ProviderSide, [path, set]: Documented): Promise<Fate> {
  const made = await ask(client, side, set);
  if (!made.ok) {
    const field = made.error.details?.field;
    return typeof field === "string" && names(field, path) ? "refused" : "lost";
  }
  if (made.value.translation.dropped.some((name) => names(name, path))) return "told";
  const without = await ask(client, side, {});
  return without.ok && without.value.body !== made.value.body ? "translated" : "lost";
}

const rows: (string | number)[][] = [];

test.each(DIALECTS)("no documented field of %s is lost silently", async (client) => {
  const lost: string[] = [];
  for (const dialect of DIALECTS.filter((one) => one !== client)) {
    const counts: Record<Fate, number> = { translated: 0, told: 0, refused: 0, lost: 0 };
    // A model without thoughts of its own takes every number; one with them is asked for thoughts.
    for (const field of DOCUMENTED[client]) {
      const thinks = /reasoning|thinking/.test(field[0]);
      const side = { ...SIDES[dialect], ...(dialect === "responses" && !thinks && { model: "gpt-4.1" }) };
      const fate = await fateOf(client, side, field);
      counts[fate]++;
      if (fate === "lost") lost.push(`${client} at ${dialect}: ${field[0]} ${JSON.stringify(field[1]).slice(0, 120)}`);
    }
    rows.push([`${client} at ${dialect}`, counts.translated, counts.told, counts.refused]);
  }
  if (client === DIALECTS.at(-1)) printTable("documented fields", ["translated", "told", "refused"], rows);
  expect(lost).toEqual([]);
});

/** Whose answer they change, not its content: the request does not show them. */
const OF_THE_ANSWER = new Set(["model", "stream", "stream_options", "input"]);

test.each([
  ["chat", "openai/resources/chat/completions/completions.d.ts", "ChatCompletionCreateParamsBase", ""],
  ["responses", "openai/resources/responses/responses.d.ts", "ResponseCreateParamsBase", ""],
  ["messages", "@anthropic-ai/sdk/resources/messages/messages.d.ts", "MessageCreateParamsBase", ""],
  ["gemini", "@google/genai/dist/genai.d.ts", "GenerationConfig", "generationConfig."],
] as const)("the fields of %s are those that its SDK has", (client, file, name, prefix) => {
  const text = readFileSync(`node_modules/${file}`, "utf8");
  const begin = text.indexOf(`interface ${name} {`);
  const source = text.slice(begin, text.indexOf("\n}", begin));
  const fields = [...source.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => `${prefix}${match[1]}`);
  expect(fields.length).toBeGreaterThan(15);
  const known = DOCUMENTED[client].map(([path]) => path);
  const missing = fields.filter(
    (field) =>
      !OF_THE_ANSWER.has(field) &&
      !known.some((path) => path === field || path.startsWith(`${field}[`) || path.startsWith(`${field}.`)),
  );
  expect(missing).toEqual([]);
});
