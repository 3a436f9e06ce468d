/** What the sandbox says. */
import { withoutMarkers } from "./controls.ts";
import { exampleOf } from "./schema.ts";
import { tokenize } from "./tokenizer.ts";

/** Of a message, that much is quoted. */
const QUOTE_CHARS = 60;

const FILLER = [
  " Every token of this answer is counted, priced and settled as a real one would be.",
  " Nothing was sent to a provider, and no money was spent.",
  " Ask for another length, a tool call or a failure, and it will play that too.",
  " The same request always gets the same answer, so tests can rely on it.",
  " Behind a live key the very same code talks to the real model.",
  " Budgets hold here as they do there: what cannot be paid for is refused.",
];
const THOUGHT = [
  "The user wants an answer, and this is the sandbox.",
  " It has no model to ask, so it thinks a fixed thought.",
  " The thought is as long as it was asked to be.",
  " Then it answers, and every token of it is counted.",
];

/** The usual answer: who is playing whom, and what it was told. */
export function usualAnswer(model: string, lastUser: string, toolResult: string | null): string {
  const said = quote(lastUser);
  const told = toolResult === null ? "" : ` The tool answered: "${quote(toolResult)}".`;
  const heard = said === "" ? "" : ` You said: "${said}".`;
  return `Hello from the meterr sandbox, which plays ${model}.${heard}${told} No provider was called, and this answer is metered as a real one would be.`;
}

/** The answer where an object of no particular shape was asked for. */
export const usualObject = (model: string, lastUser: string): string =>
  JSON.stringify({ sandbox: true, model, you_said: quote(lastUser) });

/** `text` made exactly `count` tokens long: cut, or continued. */
export function stretch(text: string, count: number): string {
  const tokens = tokenize(text);
  for (let i = 0; tokens.length < count; i++) tokens.push(...tokenize(FILLER[i % FILLER.length] ?? ""));
  return tokens.slice(0, count).join("");
}

/** A thought of exactly `count` tokens. */
export function thought(count: number): string {
  const tokens: string[] = [];
  for (let i = 0; tokens.length < count; i++) tokens.push(...tokenize(THOUGHT[i % THOUGHT.length] ?? ""));
  return tokens.slice(0, count).join("");
}

/** A tool's arguments, or a structured answer, about what the user said. */
export const filledSchema = (schema: unknown, lastUser: string): string =>
  JSON.stringify(exampleOf(schema, subjectOf(lastUser)));

/** The first name in the text that is not its first word: "Paris" of "What is the weather in Paris?". */
function subjectOf(text: string): string {
  const match = /(?<=[\p{Ll}\d,] )\p{Lu}[\p{L}\p{N}]*(?: \p{Lu}[\p{L}\p{N}]*){0,3}/u.exec(withoutMarkers(text));
  return match ? match[0] : "sandbox";
}

function quote(text: string): string {
  const plain = withoutMarkers(text).replace(/\s+/g, " ").replaceAll('"', "'");
  const chars = Array.from(plain.slice(0, 2 * QUOTE_CHARS));
  return chars.length <= QUOTE_CHARS ? plain : `${chars.slice(0, QUOTE_CHARS).join("").trimEnd()}…`;
}
