/** Token counts of OpenAI's encodings, loaded when first needed: the tables are megabytes. */
import { type BytePairTable, bytePairTable } from "./byte-pair.ts";

export type Encoding = "o200k_base" | "cl100k_base";

/** A table is plain data, made once for an isolate. */
const tables = new Map<Encoding, BytePairTable>();

async function tableOf(encoding: Encoding): Promise<BytePairTable> {
  const known = tables.get(encoding);
  if (known) return known;
  const module =
    encoding === "o200k_base"
      ? await import("js-tiktoken/ranks/o200k_base")
      : await import("js-tiktoken/ranks/cl100k_base");
  // Hundreds may have waited for the module at once; making a table takes a tenth of a second, and the first one's does.
  const table = tables.get(encoding) ?? bytePairTable(module.default);
  tables.set(encoding, table);
  return table;
}

/** How many tokens `text` makes. Bounded in time on adversarial text, where it counts too many; never too few. */
export async function countTokens(text: string, encoding: Encoding): Promise<number> {
  return (await tableOf(encoding)).count(text);
}

/** A counter that need not wait: for many texts. */
export async function tokenCounter(encoding: Encoding): Promise<(text: string) => number> {
  const table = await tableOf(encoding);
  return (text) => table.count(text);
}

const O200K = /^(gpt-4o|gpt-4\.[15]|chatgpt-4o|gpt-[5-9]|gpt-oss|gpt-audio|o[134](-|$)|codex)/;
const CL100K = /^(gpt-4|gpt-3\.?5|text-embedding-(3|ada))/;

/** The encoding of a model, or null where it is none of OpenAI's that we have. */
export function encodingFor(model: string): Encoding | null {
  const name = model.toLowerCase().replace(/^(openai\/|ft:)/, "");
  if (O200K.test(name)) return "o200k_base";
  return CL100K.test(name) ? "cl100k_base" : null;
}

/** Who serves OpenAI's models with OpenAI's templates. */
const SERVES_OPENAI: ReadonlySet<string> = new Set(["openai", "azure"]);

/** Whose count we only take from the models before: an estimate, and no bound. */
const UNTRIED = /gpt-[6-9]/;

/** Whether our count of this model's input is an upper bound: its encoding and its template are known. */
export function countIsExactFor(provider: string, model: string): boolean {
  return SERVES_OPENAI.has(provider) && encodingFor(model) !== null && !UNTRIED.test(model.toLowerCase());
}
