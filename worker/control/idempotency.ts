/** Answers of POSTs, kept sealed in the tenant's ledger so that a repeat gets the same one, its one-time secret included. */

import { gatewayError } from "../core/errors.ts";
import type { Idempotency } from "../core/ledger-api.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { open, seal } from "../core/sealed.ts";
import type { TenantCall } from "./call.ts";
import type { Body } from "./input.ts";

/** What the ledger stores with a change that `body` asked for; undefined where it came without an Idempotency-Key. */
export async function idempotencyOf(
  call: TenantCall,
  body: Body<unknown>,
  answer: unknown,
): Promise<Idempotency | undefined> {
  if (!body.idempotency) return undefined;
  const sealedAnswer = await seal(call.env.METERR_MASTER_KEY, call.tenant, JSON.stringify(answer));
  return { ...body.idempotency, sealedAnswer };
}

/** The first answer, for a repeat. `T` is what `idempotencyOf` was given. */
export async function firstAnswer<T>(call: TenantCall, sealedAnswer: string): Promise<Outcome<T>> {
  const text = await open(call.env.METERR_MASTER_KEY, call.tenant, sealedAnswer);
  if (text === null) return fail(gatewayError("internal", "The first answer cannot be read any more."));
  return ok(JSON.parse(text) as T);
}

export const KEY_REUSED = "This Idempotency-Key was used for another request.";
