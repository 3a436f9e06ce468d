/** A key's settings as the fields of a form, and what a PATCH says of the fields that were changed. */
import type { KeyChanges } from "../../api/keys.ts";
import type { Key, RateFigure } from "../../api/types.ts";

export type Bodies = NonNullable<Key["bodies"]>;
export type RedactedKind = Bodies["redact"]["kinds"][number];

/** Lists are texts, with commas or a line each; empty says that there is no such limit. */
export interface KeyFields extends Record<RateFigure, string> {
  name: string;
  team: string;
  user: string;
  /** A line each: `env=prod`. */
  tags: string;
  require: string;
  providers: string;
  models: string;
  endpoints: string;
  cacheSeconds: string;
  promptCache: "" | "auto" | "off";
  onDisconnect: Key["on_disconnect"];
  identical: string;
  /** Local time, as `datetime-local` has it. */
  expires: string;
  keepsBodies: boolean;
  keepDays: string;
  redactKinds: RedactedKind[];
  redactFields: string;
  /** A line each: a text may have commas. */
  redactTexts: string;
}

const FIGURES = [
  "requests_per_minute",
  "requests_per_day",
  "tokens_per_minute",
  "tokens_per_day",
  "concurrent",
] as const;
const ALLOWED = ["providers", "models", "endpoints"] as const;
/** What somebody who starts to keep bodies begins with; the API's own default takes out secrets alone. */
const NEW_BODIES: Bodies = { keep_days: 30, redact: { kinds: ["secrets", "emails"], fields: [], texts: [] } };

export function fieldsOf(key: Key): KeyFields {
  const { keep_days, redact } = key.bodies ?? NEW_BODIES;
  const limits = key.rate_limits;
  return {
    name: key.name,
    team: key.team ?? "",
    user: key.user ?? "",
    tags: Object.entries(key.tags)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    require: key.require.join(", "),
    providers: key.allow.providers?.join(", ") ?? "",
    models: key.allow.models?.join(", ") ?? "",
    endpoints: key.allow.endpoints?.join(", ") ?? "",
    requests_per_minute: textOf(limits.requests_per_minute),
    requests_per_day: textOf(limits.requests_per_day),
    tokens_per_minute: textOf(limits.tokens_per_minute),
    tokens_per_day: textOf(limits.tokens_per_day),
    concurrent: textOf(limits.concurrent),
    cacheSeconds: textOf(key.cache?.ttl_seconds ?? null),
    promptCache: key.prompt_cache ?? "",
    onDisconnect: key.on_disconnect,
    identical: textOf(key.max_identical_requests),
    expires: key.expires_at === null ? "" : localInput(key.expires_at),
    keepsBodies: key.bodies !== null,
    keepDays: String(keep_days),
    redactKinds: redact.kinds,
    redactFields: redact.fields.join(", "),
    redactTexts: redact.texts.join("\n"),
  };
}

/** What is different in `after`, as a PATCH says it. A field that nobody touched is not sent. */
export function changesOf(before: KeyFields, after: KeyFields): KeyChanges {
  const isChanged = (...names: (keyof KeyFields)[]): boolean =>
    names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const changes: KeyChanges = {};
  if (isChanged("name")) changes.name = after.name.trim();
  if (isChanged("team")) changes.team = after.team.trim() || null;
  if (isChanged("user")) changes.user = after.user.trim() || null;
  if (isChanged("tags")) changes.tags = tagsOf(after.tags);
  if (isChanged("require")) changes.require = listOf(after.require);
  if (isChanged("cacheSeconds")) {
    const seconds = numberOf(after.cacheSeconds);
    changes.cache = seconds === null ? null : { ttl_seconds: seconds };
  }
  if (isChanged("promptCache")) changes.prompt_cache = after.promptCache || null;
  if (isChanged("onDisconnect")) changes.on_disconnect = after.onDisconnect;
  if (isChanged("identical")) changes.max_identical_requests = numberOf(after.identical);
  if (isChanged("expires")) changes.expires_at = after.expires === "" ? null : new Date(after.expires).toISOString();
  const allowed = ALLOWED.filter((name) => isChanged(name)).map((name) => [name, orNull(listOf(after[name]))]);
  if (allowed.length > 0) changes.allow = Object.fromEntries(allowed);
  const limits = FIGURES.filter((name) => isChanged(name)).map((name) => [name, numberOf(after[name])]);
  if (limits.length > 0) changes.rate_limits = Object.fromEntries(limits);
  const how = ["keepDays", "redactKinds", "redactFields", "redactTexts"] as const;
  if (isChanged("keepsBodies") || (after.keepsBodies && isChanged(...how))) changes.bodies = bodiesOf(after);
  return changes;
}

const bodiesOf = (fields: KeyFields): Bodies | null =>
  fields.keepsBodies
    ? {
        keep_days: Number(fields.keepDays),
        redact: {
          kinds: fields.redactKinds,
          fields: listOf(fields.redactFields),
          texts: linesOf(fields.redactTexts),
        },
      }
    : null;

/** The first line of `text` that is no tag; null where all are. */
export const badTag = (text: string): string | null => linesOf(text).find((line) => !/^[^=]+=/.test(line)) ?? null;

function tagsOf(text: string): Record<string, string> {
  const pairs = linesOf(text).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

const parts = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
const listOf = (text: string): string[] => parts(text, ",");
const linesOf = (text: string): string[] => parts(text, "\n");
const orNull = (list: string[]): string[] | null => (list.length === 0 ? null : list);
const textOf = (figure: number | null): string => (figure === null ? "" : String(figure));
const numberOf = (text: string): number | null => (text.trim() === "" ? null : Number(text));

/** An instant as `datetime-local` writes it: this browser's time, to the minute. */
function localInput(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
