/** The gateway's refusals and failures: one closed union of stable codes, mapped to HTTP here and nowhere else. */

const STATUS = {
  invalid_api_key: 401,
  /** The admin API: nobody known is asking. */
  unauthenticated: 401,
  not_allowed: 403,
  budget_exceeded: 402,
  unbounded_cost: 402,
  unpriced_model: 402,
  rate_limit_exceeded: 429,
  /** The same request too often in a row: no 429, which SDKs would send once more. */
  loop_detected: 403,
  invalid_request: 400,
  too_large: 413,
  no_credential: 424,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  /** The admin API: somebody has changed it since. */
  precondition_failed: 412,
  ledger_unavailable: 503,
  /** The admin API alone: no request of the proxy waits for the database. */
  database_unavailable: 503,
  upstream_unreachable: 502,
  upstream_timeout: 504,
  /** What a provider said, in the client's dialect; the status is the provider's own. */
  upstream_error: 502,
  internal: 500,
} as const satisfies Record<string, number>;

/** What went wrong, for us. */
export type Failure = keyof typeof STATUS;
/** The code that a client sees: as the failure, but a body that is too large is an `invalid_request` too. */
export type ErrorCode = Exclude<Failure, "too_large">;

export interface GatewayError {
  code: ErrorCode;
  status: number;
  /** One or two sentences for a person: what happened and what to do. No secret in it. */
  message: string;
  /** Facts for a program, e.g. the budget's id and what is left of it. */
  details?: Record<string, string | number | boolean | null>;
  /** Seconds, for `retry-after`. */
  retryAfterSeconds?: number;
  /** What is left of rate limits, for the dialect's own headers. */
  rates?: readonly RateLeft[];
}

/** What is left of a limit on requests or tokens. */
export interface RateLeft {
  unit: "requests" | "tokens";
  limit: number;
  remaining: number;
  /** Until there is more. */
  resetMs: number;
}

/** A gateway error of kind `failure`; the status follows from it. */
export function gatewayError(
  failure: Failure,
  message: string,
  more: Pick<GatewayError, "details" | "retryAfterSeconds" | "rates"> = {},
): GatewayError {
  return { code: failure === "too_large" ? "invalid_request" : failure, status: STATUS[failure], message, ...more };
}
