/** Figures that a test shows. */

/** The value below which `part` of `values` lie, to two places; a dash where there are none. */
export function quantile(values: readonly number[], part: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)]?.toFixed(2) ?? "–";
}

/** Prints a table: the first cell of each row is its name. */
export function printTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const line = ([name = "", ...cells]: readonly (string | number)[]) =>
    `${String(name).padEnd(24)}${cells.map((cell) => String(cell).padStart(12)).join("")}`;
  console.log([line([title, ...columns]), ...rows.map(line)].join("\n"));
}
