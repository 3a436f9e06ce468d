/** The one place that calls the API: JSON both ways, the session's cookie, and errors as `ApiError`. */

/** What the API answers when it refuses, or `unreachable` where no answer came. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(status: number, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** A page of a list. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

type Query = Record<string, string | number | null | undefined>;

export const apiGet = <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
  send<T>("GET", withQuery(path, query), { signal }).then(({ value }) => value);

/** A POST carries an idempotency key, so that a retry by the browser creates nothing twice. */
export const apiPost = <T>(path: string, body: unknown = {}): Promise<T> => change<T>("POST", path, body);
export const apiPatch = <T>(path: string, body: unknown): Promise<T> => change<T>("PATCH", path, body);
export const apiPut = <T>(path: string, body: unknown): Promise<T> => change<T>("PUT", path, body);
/** `keepalive`: also where the page is closing. */
export const apiDelete = (path: string, { keepalive = false } = {}): Promise<unknown> =>
  send("DELETE", path, { keepalive }).then(({ value }) => value);

/** What is there, with the tag of the state that it is in. */
export const apiGetTagged = <T>(path: string, signal?: AbortSignal): Promise<Answer<T>> =>
  send<T>("GET", path, { signal });

/** A PATCH that is refused with 412 where the tag of what is there is not `ifMatch` any more. */
export const apiPatchTagged = <T>(path: string, body: unknown, ifMatch: string | null): Promise<Answer<T>> =>
  send<T>("PATCH", path, { body, ifMatch });

/** A PUT whose answer comes with the tag of what it is about; refused where that is not `ifMatch` any more. */
export const apiPutTagged = <T>(path: string, body: unknown, ifMatch: string | null = null): Promise<Answer<T>> =>
  send<T>("PUT", path, { body, ifMatch });

interface Answer<T> {
  value: T;
  tag: string | null;
}

const change = <T>(method: string, path: string, body?: unknown): Promise<T> =>
  send<T>(method, path, { body }).then(({ value }) => value);

/** The whole of a list, following its cursor; for lists that are short by nature. */
export async function apiGetAll<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await apiGet(path, { limit: 500, cursor }, signal);
    all.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
}

function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  }
  return params.size === 0 ? path : `${path}?${params}`;
}

interface Sent {
  body?: unknown;
  ifMatch?: string | null;
  signal?: AbortSignal | undefined;
  keepalive?: boolean;
}

async function send<T>(
  method: string,
  path: string,
  { body, ifMatch, signal, keepalive = false }: Sent,
): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch) headers["if-match"] = ifMatch;
  if (method === "POST") headers["idempotency-key"] = crypto.getRandomValues(new Uint32Array(4)).join("-");
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal,
      keepalive,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The gateway did not answer. Is it running?");
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) throw errorOf(response.status, answer);
  return { value: answer as T, tag: response.headers.get("etag") };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Our own errors are `{error: {code, message, details}}`; the sign-in library's are `{code, message}`. */
function errorOf(status: number, answer: unknown): ApiError {
  const outer = isRecord(answer) ? answer : {};
  const inner = isRecord(outer.error) ? outer.error : outer;
  const code = typeof inner.code === "string" ? inner.code : "error";
  const message = typeof inner.message === "string" ? inner.message : `The gateway answered with status ${status}.`;
  return new ApiError(status, code, message, isRecord(inner.details) ? inner.details : {});
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
