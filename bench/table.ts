/** Text in columns, for a terminal and for Markdown. */

/** The first column is left-aligned, the others right. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = widthsOf(rows);
  return rows
    .map((cells) =>
      widths
        .map((width, column) => (column === 0 ? (cells[0] ?? "").padEnd(width) : (cells[column] ?? "").padStart(width)))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

/** The first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${head.map((_, column) => cells[column] ?? "").join(" | ")} |`;
  return [line(head), `|${head.map((_, column) => (column === 0 ? "---|" : "--:|")).join("")}`, ...body.map(line)].join(
    "\n",
  );
}

const widthsOf = (rows: readonly (readonly string[])[]): number[] =>
  Array.from({ length: Math.max(...rows.map((cells) => cells.length)) }, (_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
