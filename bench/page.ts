/** `docs/benchmarks.md`, which `npm run bench -- --docs` writes anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { plot } from "./plot.ts";
import { barsOf, type Findings, rowsOf } from "./report.ts";
import { markdownTable } from "./table.ts";

const DOCS = join(import.meta.dirname, "../docs");
const MARKS = ["<!-- figures: written by `npm run bench -- --docs` -->", "<!-- end of figures -->"] as const;

/** Puts the figures between the page's marks, and the plot beside it. */
export function writePage(of: Findings, date: string): void {
  const page = join(DOCS, "benchmarks.md");
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (from === -1 || to === -1) throw new Error("docs/benchmarks.md has lost its marks");
  const machine = `${date}, ${cpus().length} cores (${cpus()[0]?.model.trim() || "unknown"}), ${Math.round(totalmem() / 1e9)} GB`;
  const figures = `\nMeasured ${machine}.\n\n${markdownTable(rowsOf(of))}\n\n![The same as bars](images/benchmarks.svg)\n`;
  writeFileSync(page, text.slice(0, from + MARKS[0].length) + figures + text.slice(to));
  writeFileSync(join(DOCS, "images/benchmarks.svg"), plot(barsOf(of)));
}
