/** The log: a line of JSON each. What it says of an error holds no value of a query, which may be a secret. */

type Facts = Record<string, string | number | boolean | null>;

/** Writes one line. `message` says what happened, `facts` to whom and why. */
export function log(level: "error" | "warn" | "info", message: string, facts: Facts = {}): void {
  console[level](JSON.stringify({ level, message, ...facts }));
}

/** Deeper than anybody nests them, and an end to circles. */
const MAX_CAUSES = 5;

/** What an error says, and what caused it; of a failed query its text, never its values. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let of = error; of !== undefined && of !== null && reasons.length < MAX_CAUSES; of = causeOf(of)) {
    reasons.push(String(of).replace(/\nparams: .*/s, ""));
  }
  return reasons.join("; by ");
}

/** Where an error was thrown: the frames of its stack, without its message. */
export const framesOf = (error: unknown): string =>
  error instanceof Error ? (error.stack?.match(/^ {4}at .*$/gm) ?? []).map((line) => line.trim()).join("\n") : "";

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);
