/** The failures that the sandbox can play, before anybody's wire format. */

const STATUS = {
  invalid: 400,
  context_length: 400,
  content_policy: 400,
  authentication: 401,
  billing: 402,
  permission: 403,
  not_found: 404,
  model_not_found: 404,
  timeout: 408,
  too_large: 413,
  rate_limit: 429,
  quota: 429,
  server: 500,
  bad_gateway: 502,
  unavailable: 503,
  gateway_timeout: 504,
  overloaded: 529,
} as const satisfies Record<string, number>;

export type FailureKind = keyof typeof STATUS;

export interface Failure {
  kind: FailureKind;
  status: number;
  /** Overrides the usual text. */
  message?: string;
  /** The field that is wrong, where one is. */
  param?: string;
  /** Overrides the usual code, where the format has one. */
  code?: string;
  retryAfterSeconds?: number;
}

/** A failure of `kind`, with its usual status. */
export const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
  kind,
  status: STATUS[kind],
  ...more,
});

/** The failure that a control names: a kind (`overloaded`) or a status (`429`); null where it is neither. */
export function failureNamed(name: string): Failure | null {
  if (Object.hasOwn(STATUS, name)) return failure(name as FailureKind);
  const status = Number(name);
  if (!Number.isInteger(status) || status < 400 || status > 599) return null;
  const exact = (Object.keys(STATUS) as FailureKind[]).find((kind) => STATUS[kind] === status);
  return { kind: exact ?? (status < 500 ? "invalid" : "server"), status };
}

/** A field that OpenAI's formats need. */
export const missing = (param: string): Failure =>
  failure("invalid", {
    param,
    code: "missing_required_parameter",
    message: `Missing required parameter: '${param}'.`,
  });
