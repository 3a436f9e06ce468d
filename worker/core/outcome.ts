/** A value or the error that stands in its way: what functions below the routes return instead of throwing. */
import type { GatewayError } from "./errors.ts";

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: GatewayError };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const fail = (error: GatewayError): { ok: false; error: GatewayError } => ({ ok: false, error });
