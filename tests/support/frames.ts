/** Recorded event streams taken apart into events and framed anew, as the standard allows a server to frame them. */

/** One event as it stood on the wire: its lines without their ends. */
type Block = readonly string[];

/** A way to write the same events. */
export interface Framing {
  name: string;
  lineEnd: "\n" | "\r\n" | "\r";
  /** Before all else. */
  bom?: boolean;
  /** Data of JSON on several lines. */
  multiline?: boolean;
  /** Comments between and inside the events. */
  comments?: boolean;
  /** The last blank line is left out. */
  openEnd?: boolean;
}

export const FRAMINGS: readonly Framing[] = [
  { name: "LF", lineEnd: "\n" },
  { name: "CR LF", lineEnd: "\r\n" },
  { name: "CR", lineEnd: "\r" },
  { name: "BOM", lineEnd: "\n", bom: true },
  { name: "data on several lines", lineEnd: "\n", multiline: true },
  { name: "data on several lines, CR", lineEnd: "\r", multiline: true },
  { name: "comments", lineEnd: "\n", comments: true },
  { name: "comments, BOM, CR LF, several lines", lineEnd: "\r\n", bom: true, multiline: true, comments: true },
  { name: "no last blank line", lineEnd: "\n", openEnd: true },
  { name: "no last blank line, CR LF", lineEnd: "\r\n", openEnd: true },
];

/** The events of an event stream, comments left out. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let block: string[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (block.length > 0) blocks.push(block);
      block = [];
    } else if (!line.startsWith(":")) block.push(line);
  }
  return block.length > 0 ? [...blocks, block] : blocks;
}

/** The events as `framing` writes them; those that `keep` refuses are left out, and all else is the same. */
export function framed(
  blocks: readonly Block[],
  framing: Framing,
  keep: (block: Block) => boolean = () => true,
): string {
  const { lineEnd, comments, bom, multiline, openEnd } = framing;
  let text = bom ? "\uFEFF" : "";
  for (const [at, block] of blocks.entries()) {
    if (comments && at % 2 === 0) text += `: keep-alive ${at}${lineEnd}${lineEnd}`;
    const lines = multiline ? block.flatMap(severalLines) : [...block];
    if (comments && at % 3 === 0) lines.splice(1, 0, ": data: {}", ":");
    const end = openEnd && at === blocks.length - 1 ? "" : lineEnd;
    if (keep(block)) text += lines.map((line) => line + lineEnd).join("") + end;
  }
  return openEnd ? text.replace(/[\r\n]+$/, "") : text;
}

function severalLines(line: string): string[] {
  if (!/^data: ?[{[]/.test(line)) return [line];
  try {
    const json: unknown = JSON.parse(line.slice(5));
    return JSON.stringify(json, null, 1)
      .split("\n")
      .map((part) => `data: ${part}`);
  } catch {
    return [line];
  }
}

/** Whether an event is a usage chunk of OpenAI's chat streams. */
export function isUsageChunk(block: Block): boolean {
  const data = block.find((line) => line.startsWith("data:"))?.slice(5) ?? "";
  try {
    const json = JSON.parse(data);
    return (
      Array.isArray(json.choices) && json.choices.length === 0 && typeof json.usage === "object" && json.usage !== null
    );
  } catch {
    return false;
  }
}
