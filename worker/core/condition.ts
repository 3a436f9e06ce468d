/** An SQL condition and what its question marks stand for. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}
