/** What the end of a request that had one target and one credential says of their health. */
import type { Sign } from "../core/health.ts";
import { noteFirstByte, noteSign } from "../routing/health-book.ts";
import type { Call } from "./call.ts";
import type { Ending } from "./event.ts";

/** What a status says by itself, where nobody reads the body. */
export function signOfStatus(status: number): Sign {
  if (status === 401 || status === 402) return { kind: "refused", waitMs: null };
  return status >= 500 || status === 429 || status === 408 ? { kind: "failure", waitMs: null } : { kind: "success" };
}

/** Notes how a request ended. One that its client or a budget ended says nothing. */
export function noteEnding(call: Call, credential: string, ending: Ending, dispatchedAt: number): void {
  const { status, httpStatus, errorCode, firstByteAt } = ending;
  if (status === "aborted" || status === "cut" || status === "denied" || errorCode === "internal") return;
  const { provider, model } = call.scope;
  // What names no model, or one that is not there, is no target of anything.
  if (model === "" || httpStatus === 404) return;
  const { tenant } = call.grant;
  const now = Date.now();
  const isBroken = status === "truncated" || httpStatus === null || (status === "error" && httpStatus < 400);
  const sign: Sign = isBroken ? { kind: "failure", waitMs: null } : signOfStatus(httpStatus);
  const error = httpStatus !== null && httpStatus >= 400 ? String(httpStatus) : (errorCode ?? status);
  noteSign(tenant, { provider, model }, { credential, sign, now, error });
  if (typeof firstByteAt === "number") {
    noteFirstByte(tenant, { provider, model }, { credential, now, ms: Math.max(0, firstByteAt - dispatchedAt) });
  }
}
