/** Answers of POSTs, kept sealed in the tenant's ledger so that a repeat gets the same one, its one-time secret included. */

import { gatewayError } from "../core/errors.ts";
import type { Idempotency } from "../core/ledger-api.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { open, seal } from "../core/sealed.ts";
import { ledgerOf } from "../db/ledger.ts";
import type { TenantCall } from "./call.ts";
import type { Body } from "./input.ts";

/** What the ledger stores with a change that `body` asked for; undefined where it came without an Idempotency-Key. */
export async function idempotencyOf(
  call: Pick<TenantCall, "env" | "tenant">,
  body: Body<unknown>,
  answer: unknown,
): Promise<Idempotency | undefined> {
  if (!body.idempotency) return undefined;
  const sealedAnswer = await seal(call.env.METERR_MASTER_KEY, call.tenant, JSON.stringify(answer));
  return { ...body.idempotency, sealedAnswer };
}

/** The first answer, for a repeat. `T` is what `idempotencyOf` was given. */
export async function firstAnswer<T>(
  call: Pick<TenantCall, "env" | "tenant">,
  sealedAnswer: string,
): Promise<Outcome<T>> {
  const text = await open(call.env.METERR_MASTER_KEY, call.tenant, sealedAnswer);
  if (text === null) return fail(gatewayError("internal", "The first answer cannot be read any more."));
  return ok(JSON.parse(text) as T);
}

/**
 * Does what changes no record of its own, and keeps what came of it for a repeat. Two at the very same time may both do it:
 * that is for work which a second time does no harm.
 */
export async function once(
  call: Pick<TenantCall, "env" | "tenant">,
  body: Body<unknown>,
  work: () => Promise<Outcome<unknown>>,
): Promise<Outcome<unknown>> {
  const ledger = ledgerOf(call.env, call.tenant);
  const earlier = body.idempotency && (await ledger.recall(body.idempotency));
  if (earlier?.outcome === "conflict") return fail(gatewayError("conflict", KEY_REUSED));
  if (earlier) return firstAnswer(call, earlier.sealedAnswer);
  const answer = await work();
  // What failed may be tried again.
  const idempotency = answer.ok ? await idempotencyOf(call, body, answer.value) : undefined;
  if (idempotency) await ledger.remember(idempotency);
  return answer;
}

export const KEY_REUSED = "This Idempotency-Key was used for another request.";
