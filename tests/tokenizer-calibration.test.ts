/** How near our counts come to other vendors' tokenizers, over the recorded exchanges: what `estimate.ts` is calibrated on. */
import { beforeAll, describe, expect, test } from "vitest";
import { DIALECTS } from "../worker/dialects/index.ts";
import { countUsage } from "../worker/gateway/count.ts";
import { estimatedTokens } from "../worker/pricing/index.ts";
import { type Metered, metered } from "./support/metering.ts";
import { type Recording, readRecordings, recordingsPresent } from "./support/recordings.ts";
import { printTable, quantile } from "./support/table.ts";

const FAMILY =
  /claude-(?:opus-4-[789]|opus-5|sonnet-5|haiku-5|fable)|claude|gemini|gpt-oss|gpt|mistral|ministral|magistral|codestral|devstral|command|llama|deepseek|qwen|kimi|grok|sonar|glm/;
/** An answer of which a part is not in its text: thoughts, calls, pictures, what was searched. */
const HIDDEN =
  /tool_call|thinking|reasoning|server_tool|iterations|n>1|logprobs|audio|image|grounding|refusal|code_exec/;
/** Shorter texts tell of the end's own tokens, not of the tokenizer. */
const LEAST_CHARS = 100;
/** Families with fewer answers than this are shown, and prove nothing. */
const LEAST_ANSWERS = 5;

/** Signed errors relative to what the provider counted. */
type Errors = Map<string, number[]>;

describe.skipIf(!recordingsPresent)("over the recorded exchanges", () => {
  const all: Metered[] = [];

  beforeAll(async () => {
    for (const recording of readRecordings()) {
      const one = await metered(recording);
      if (one) all.push(one);
    }
  });

  test("an answer's text is estimated within a tenth of the provider's count, by the median of each family", async () => {
    const errors: Errors = new Map();
    for (const one of all) {
      const { recording } = one;
      const { output_tokens: output, reasoning_tokens: reasoning } = recording.expected;
      if (!output || reasoning || HIDDEN.test(recording.tags.join())) continue;
      const text = answerOf(one);
      if (text.length < LEAST_CHARS) continue;
      add(errors, one, (await estimatedTokens(text, modelOf(one))) / output - 1);
    }
    show("output", errors);
    for (const [family, of] of proving(errors)) expect(Math.abs(median(of)), family).toBeLessThan(0.1);
    expect(proving(errors).length).toBeGreaterThan(6);
  });

  test("a request's input is estimated within a dozen tokens or a fifth, by the median of each family", async () => {
    const errors: Errors = new Map();
    const off: Errors = new Map();
    const elsewhere = /image_in|audio_in|video_in|pdf_or_file_in|tools|structured_output|input_|server_tool|cache/;
    for (const one of all) {
      const { recording, call, reading } = one;
      const input = recording.expected.input_tokens;
      if (!input || elsewhere.test(recording.tags.join()) || call.facts.references || call.facts.tools !== "none")
        continue;
      if (call.body.kind !== "json" || call.body.text.length < LEAST_CHARS || !/^\{/.test(call.body.text)) continue;
      if (/request-synthetic|shortened|handmade/.test(recording.fidelity)) continue;
      const counted = await countUsage(call, { ...reading, reported: null }, "");
      add(errors, one, counted.tokens.input / input - 1);
      add(off, one, counted.tokens.input - input);
    }
    show("input", errors);
    show("input, tokens off", off);
    for (const [family, of] of proving(off)) {
      // Most recorded prompts are a line of text; Together puts 34 tokens before Llama's.
      const most = /together llama/.test(family) ? 34 : 12;
      const near = Math.abs(median(of)) <= most || Math.abs(median(errors.get(family) ?? [])) < 0.2;
      expect(near, `${family} ${median(of)}`).toBe(true);
    }
  });
});

const modelOf = ({ recording, call }: Metered): string => (recording.expected.model ?? call.scope.model).toLowerCase();
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const proving = (errors: Errors) => [...errors].filter(([, of]) => of.length >= LEAST_ANSWERS);

function add(errors: Errors, one: Metered, error: number): void {
  const family = FAMILY.exec(modelOf(one))?.[0];
  if (!family) return;
  const name = `${one.recording.provider} ${family}`;
  errors.set(name, [...(errors.get(name) ?? []), error]);
}

function show(what: string, errors: Errors): void {
  printTable(
    what,
    ["n", "median", "|median|", "|p95|"],
    [...errors]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([family, of]) => {
        const sizes = of.map(Math.abs);
        return [family, of.length, quantile(of, 0.5), quantile(sizes, 0.5), quantile(sizes, 0.95)];
      }),
  );
}

/** The text of an answer, streamed or not. */
function answerOf({ recording, call }: Metered): string {
  const { dialect } = call.place.endpoint;
  const { body } = recording.response;
  if (dialect === null) return "";
  if (!recording.stream) return wholeTextOf(recording);
  let text = "";
  for (const line of body.split(/\r?\n/)) {
    const json = parsed(line.replace(/^data:\s*/, "").trim());
    if (json) text += DIALECTS[dialect].textOf(json);
  }
  return text;
}

/** Texts of an unstreamed answer, wherever its format puts them. */
function wholeTextOf({ response }: Recording): string {
  const found: string[] = [];
  const walk = (value: unknown, field: string): void => {
    if (typeof value === "string") {
      if (field === "text" || field === "content") found.push(value);
    } else if (Array.isArray(value)) for (const item of value) walk(item, field);
    else if (typeof value === "object" && value !== null)
      for (const [name, item] of Object.entries(value)) if (ANSWER_FIELDS.has(name)) walk(item, name);
  };
  walk(parsed(response.body), "");
  return found.join("");
}
const ANSWER_FIELDS = new Set([
  "choices",
  "message",
  "content",
  "text",
  "output",
  "candidates",
  "parts",
  "generations",
]);

function parsed(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
