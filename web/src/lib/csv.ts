/** Lists as CSV, for spreadsheets. */

/** A column: its name, and what a row has in it. */
export type CsvColumn<T> = readonly [name: string, cell: (row: T) => unknown];

/** `rows` as CSV (RFC 4180), the names of the columns first. */
export const csvOf = <T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string =>
  [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
    .map((cells) => `${cells.map(cellOf).join(",")}\r\n`)
    .join("");

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A spreadsheet would run what begins like this as a formula; a negative number is none.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
