/**
 * What a usage record is found by: the document that stands for it in D1's full-text index `usage_text`, and the query
 * that finds it. Exact values are a word each, written in hex behind the letter of their field; all that a person may
 * look for is there as it reads. Documents are numbered by time, so that the newest come first without sorting; two
 * records of one millisecond share a number, and whoever looks checks the rows.
 */
import type { UsageEvent } from "./usage.ts";

/** Fields that are found by their exact value, the letter of each, and what an event calls it. */
const EXACT = {
  key: ["k", "key"],
  user: ["u", "user"],
  team: ["g", "team"],
  model: ["m", "model"],
  provider: ["p", "provider"],
  session: ["s", "session"],
  endpoint: ["e", "endpoint"],
  status: ["c", "status"],
  mode: ["o", "mode"],
  error_code: ["r", "errorCode"],
  refused_by: ["b", "refusedBy"],
} as const;
export type ExactField = keyof typeof EXACT;
export const EXACT_FIELDS = Object.keys(EXACT) as ExactField[];

/** So many numbers lie between two milliseconds: tenants share an index, and seldom a number. */
const PER_MS = 4_096;

/** SQL of a document's number, of the columns or expressions `time` and `tenant`. Tenants' ids end in random characters. */
export const numberOf = (time: string, tenant: string): string =>
  `(${time} * ${PER_MS} + (unicode(substr(${tenant}, -1)) * 64 + coalesce(unicode(substr(${tenant}, -2, 1)), 0)) % ${PER_MS})`;

/** SQL of the first number of the millisecond `time`. A parameter is a float until it is cast. */
export const firstNumberOf = (time: string): string => `CAST(${time} * ${PER_MS} AS INTEGER)`;

/** SQL of the millisecond that a number is of. */
export const timeOf = (number: string): string => `(${number} >> 12)`;

const encoder = new TextEncoder();
const hex = (text: string): string =>
  [...encoder.encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The whole document of `event`. Most of its fields are those of a thousand others. */
export function documentOf(event: UsageEvent): string {
  const words = [wordFor("t", event.tenant)];
  for (const [letter, field] of EXACT_WORDS) {
    const value = event[field];
    if (value) words.push(wordFor(letter, value));
  }
  for (const [name, value] of Object.entries(event.tags)) {
    words.push(wordFor("n", name), wordFor("v", `${name}=${value}`), `${name}=${value}`);
  }
  const { provider, model, modelServed, errorCode, session, user, team } = event;
  for (const text of [provider, model, modelServed, errorCode, session, user, team]) if (text) words.push(text);
  words.push(...event.flags);
  for (const { error } of event.attempts) if (error) words.push(error);
  return words.join(" ");
}

const EXACT_WORDS = Object.values(EXACT);

/** Hex is slow to write, and the values are few. */
const wordsKnown = new Map<string, string>();
const MAX_WORDS_KNOWN = 5_000;

function wordFor(letter: string, value: string): string {
  const name = letter + value;
  let word = wordsKnown.get(name);
  if (word === undefined) {
    if (wordsKnown.size >= MAX_WORDS_KNOWN) wordsKnown.clear();
    word = `z${letter}${hex(value)}`;
    wordsKnown.set(name, word);
  }
  return word;
}

export interface Sought {
  exact: Partial<Record<ExactField, string>>;
  /** `name`, or `name=value`. */
  tag?: string | undefined;
  /** Words that all have to be there; the last may be a word's beginning. */
  words: readonly string[];
}

/** The query of the index that finds what is sought of `tenant`. */
export function matchOf(tenant: string, { exact, tag, words }: Sought): string {
  const terms = [`zt${hex(tenant)}`];
  for (const [field, value] of Object.entries(exact)) terms.push(`z${EXACT[field as ExactField][0]}${hex(value)}`);
  if (tag !== undefined) terms.push(`${tag.includes("=") ? "zv" : "zn"}${hex(tag)}`);
  // Words are letters and digits alone: nothing in them is the query language's.
  const last = words.length - 1;
  terms.push(...words.map((word, at) => `"${word}"${at === last && word.length >= MIN_PREFIX ? "*" : ""}`));
  return terms.join(" AND ");
}

/** A shorter beginning would be that of half of all words. */
const MIN_PREFIX = 2;
/** More would be no search but an essay. */
const MAX_WORDS = 12;

/** The words of what a person typed, as the index cuts text into words. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, MAX_WORDS);

/** Whether an event has the words itself, and does not only share its millisecond with one that does. */
export function hasWords(event: UsageEvent, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { provider, model, modelServed, errorCode, session, user, team } = event;
  const text = [
    ...[provider, model, modelServed, errorCode, session, user, team],
    ...Object.entries(event.tags ?? {}).flat(),
    ...(event.flags ?? []),
    ...(event.attempts ?? []).map(({ error }) => error),
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
