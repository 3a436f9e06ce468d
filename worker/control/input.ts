/** Reading what a caller sent: strict, with an error that names the field. */
import * as z from "zod";
import { actorId } from "../auth/principal.ts";
import { sha256Hex } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import { type Nanos, nanosFromUsd } from "../core/money.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { type Call, invalid } from "./call.ts";

/** Of the contract: JSON bodies up to 32 MiB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

export interface Body<T> {
  input: T;
  /**
   * Where a caller who is known sent an `Idempotency-Key`: that, as theirs, and a digest of what it stands for. Another
   * caller's same key is another key: a first answer may hold a secret that is none of theirs.
   */
  idempotency: { key: string; requestDigest: string } | null;
}

/** The request's JSON body as `schema` has it. No body counts as an empty object. */
export async function readBody<S extends z.ZodType>(
  call: Pick<Call, "request" | "url"> & Partial<Pick<Call, "principal">>,
  schema: S,
): Promise<Outcome<Body<z.output<S>>>> {
  const text = await readText(call.request);
  if (!text.ok) return text;
  const json = text.value.trim() === "" ? {} : parseJson(text.value);
  if (json === undefined) return invalid("The body is not JSON.");
  const input = check(schema, json);
  if (!input.ok) return input;
  const key = call.request.headers.get("idempotency-key");
  if (key === null || !call.principal) return ok({ input: input.value, idempotency: null });
  if (key === "" || key.length > MAX_IDEMPOTENCY_KEY_LENGTH) {
    return invalid(`Idempotency-Key must have 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters.`, "idempotency-key");
  }
  const requestDigest = await sha256Hex(`${call.request.method} ${call.url.pathname}\n${text.value}`);
  return ok({ input: input.value, idempotency: { key: `${actorId(call.principal)} ${key}`, requestDigest } });
}

/** The request's query as `schema` has it. */
export const readQuery = <S extends z.ZodType>(call: Call, schema: S): Outcome<z.output<S>> =>
  check(schema, Object.fromEntries(call.url.searchParams));

/** `value` as `schema` has it, or an error that names the first field that is wrong, below `at` where that is given. */
export function check<S extends z.ZodType>(schema: S, value: unknown, at?: string): Outcome<z.output<S>> {
  const parsed = parse(schema, value);
  if (!parsed) return invalid("The input has a value of a wrong type.");
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const path = [...(at === undefined ? [] : [at]), ...(issue?.path.map(String) ?? [])];
  if (issue?.code === "unrecognized_keys") {
    const field = [...path, ...issue.keys.slice(0, 1)].join(".");
    return invalid(`Unknown field: ${field}.`, field);
  }
  const field = path.join(".");
  return invalid(field === "" ? (issue?.message ?? "Invalid.") : `${field}: ${issue?.message}`, field);
}

/** Null where the schema trips: zod compares the length of whatever has one, and an object's own `length` may be no number. */
function parse<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> | null {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

async function readText(request: Request): Promise<Outcome<string>> {
  const tooLarge = fail(gatewayError("too_large", "The body is larger than 32 MiB."));
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return tooLarge;
  if (!request.body) return ok("");
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let bytes = 0;
  let text = "";
  try {
    for await (const chunk of request.body) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) return tooLarge;
      text += decoder.decode(chunk, { stream: true });
    }
    return ok(text + decoder.decode());
  } catch {
    return invalid("The body is not UTF-8, or broke off.");
  }
}

/** A name for people. */
export const name = z.string().trim().min(1).max(200);

/** Control characters would break headers and logs. */
const NO_CONTROLS = /^[^\p{Cc}]+$/u;

/** An id as a caller names a team, a user or a session. */
export const label = z.string().min(1).max(200).regex(NO_CONTROLS, "must not contain control characters");

/** An instant, as milliseconds since the epoch. */
export const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "must be a time in ISO 8601, e.g. 2026-11-24T10:00:00Z",
  })
  .transform((text) => Date.parse(text));

/**
 * An amount in USD, as nanodollars: a decimal string, or a number that JSON writes as a plain decimal. The decimal text
 * is what counts, so that 0.1 is a tenth.
 */
export const usd = z
  .union([z.string(), z.number()], { error: "must be a decimal string in USD" })
  .transform((value, ctx): Nanos => {
    const nanos = nanosFromUsd(String(value));
    if (nanos !== null && nanos >= 0) return nanos;
    ctx.addIssue({
      code: "custom",
      message: 'must be a decimal string in USD, not negative, with at most nine decimals, e.g. "12.50"',
    });
    return z.NEVER;
  });

/** A number of tokens or requests. */
export const amount = z.int({ error: "must be a whole number" }).min(0);

const MAX_TAGS = 32;

/** Tags by name. Names and values travel in a header as `name=value,…`, and bind budgets as `name=value`. */
export const tags = z
  .record(
    z.string().regex(/^[\w.:/-]{1,64}$/),
    z
      .string()
      .max(256)
      .regex(/^[^\p{Cc},]*$/u, "must not contain a comma"),
  )
  .refine((all) => Object.keys(all).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`);

/** What every list takes. */
export const paging = {
  limit: z.coerce.number({ error: "must be a number from 1 to 500" }).int().min(1).max(500).default(50),
  cursor: z.string().min(1).max(500).nullable().default(null),
};

/** As `paging`, for lists whose cursors are `pattern`: by another list's, one would begin anew, again and again. */
export const pagingBy = (pattern: RegExp) => ({
  ...paging,
  cursor: z.string().max(500).regex(pattern, "not one of this list's").nullable().default(null),
});

/** Of lists of records, as their ledger makes them: when the last one was made, and its id. */
export const RECORD_CURSOR = /^\d{1,16}:./su;

/** What sums take, whose cursors are the number of the rows before them. */
export const sumsPaging = {
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, "not one of this list's")
    .transform(Number)
    .nullable()
    .default(null),
};

/** `time` for people and programs: ISO 8601 UTC, or null. */
export const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
