/**
 * What workerd writes of its own accord, less what is no news: it reports each host name that cannot be looked up as an
 * internal error with a stack, though the Worker that asked has heard of it and tells it in its own words; and each
 * answer that a provider broke off, and that its client was therefore to see broken off, as an uncaught exception.
 */
import type { Readable } from "node:stream";

const NO_NEWS =
  /^workerd\/\S+: error: (?:.*failed to lookup address information|Uncaught exception: .*jsg\.Error: the answer was broken off)/;
const STACK = /^stack: /;

/** Passes on whole lines of `from`, but for those and the stacks that follow them. */
export function withoutNoise(from: Readable, write: (text: string) => void): void {
  let rest = "";
  let isAfterOne = false;
  const pass = (line: string, end: string) => {
    const isNoise = NO_NEWS.test(line) || (isAfterOne && STACK.test(line));
    isAfterOne = NO_NEWS.test(line);
    if (!isNoise) write(line + end);
  };
  from.setEncoding("utf8");
  from.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) pass(line, "\n");
  });
  from.on("end", () => {
    if (rest !== "") pass(rest, "");
  });
}
