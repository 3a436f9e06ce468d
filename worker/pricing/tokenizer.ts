/** Byte-pair token counts of OpenAI's encodings, loaded when first needed: the tables are megabytes. */
import { type BytePairTable, bytePairTable } from "./byte-pair.ts";

export type Encoding = "o200k_base" | "cl100k_base";

/** Promises of tables are shared by a whole isolate; a table is plain data and a dynamic import is no request's I/O. */
const tables = new Map<Encoding, BytePairTable>();

async function tableOf(encoding: Encoding): Promise<BytePairTable> {
  const known = tables.get(encoding);
  if (known) return known;
  const module =
    encoding === "o200k_base"
      ? await import("js-tiktoken/ranks/o200k_base")
      : await import("js-tiktoken/ranks/cl100k_base");
  const table = bytePairTable(module.default);
  tables.set(encoding, table);
  return table;
}

/** How many tokens `text` makes. Linear on adversarial text; may count a little too much, never too little. */
export async function countTokens(text: string, encoding: Encoding): Promise<number> {
  return (await tableOf(encoding)).count(text);
}
