/** One attempt at one target with one credential. */

import type { Sign } from "../../core/health.ts";
import { classify } from "../../routing/classify.ts";
import { noteFirstByte, noteSent, noteSign } from "../../routing/health-book.ts";
import type { ProviderAccess } from "../credential.ts";
import { conclude, send } from "../deliver.ts";
import type { Delivery } from "../delivery.ts";
import type { Ending } from "../event.ts";
import { withoutFollowers } from "../lead.ts";
import { signOfStatus } from "../note-health.ts";
import type { Pulse } from "../pulse.ts";
import type { Bill } from "./bill.ts";
import { again, bodyOf } from "./bodies.ts";
import { failedWith, failedWithout, signOf } from "./failed.ts";
import { readSuccess } from "./success.ts";
import { ended, type Failed, type Ready, type Routed } from "./types.ts";

export interface Trying {
  of: Routed;
  ready: Ready;
  access: ProviderAccess;
  bill: Bill;
  pulse: Pulse;
  /** When the whole request has to be over. */
  deadline: number;
  /** Whether something else would be tried after this. */
  mayFollow: boolean;
  /** Whether another credential would be. */
  canRotate: boolean;
}

/** Where another credential may be let in. */
const ROTATES: ReadonlySet<number> = new Set([401, 402, 403, 429]);

const TEXT = new TextDecoder("utf-8");

/** The attempt's ending, where the client got an answer. */
export async function attempt(trying: Trying): Promise<Ending | Failed> {
  const { of, ready, access, bill, canRotate } = trying;
  const { policy } = of;
  const { call, target } = ready;
  const { tenant } = call.grant;
  const { credential } = access;
  const sentAt = Date.now();
  bill.sent(sentAt);
  of.lead?.flight.alive(sentAt);
  noteSent(tenant, target, { credential, now: sentAt });
  const note = (sign: Sign, error?: string) =>
    noteSign(tenant, target, { credential, sign, now: Date.now(), ...(error !== undefined && { error }) });
  const delivery = deliveryOf(trying);
  const sent = await send(delivery, trying.pulse, firstByteMs(trying, sentAt));
  const { answer } = sent;
  if (answer.outcome === "failed") {
    note({ kind: "failure", waitMs: null }, answer.error.code);
    return failedWithout(delivery, { error: answer.error, sentAt });
  }
  if (answer.outcome === "aborted") return ended(ready, await conclude(delivery, { ...sent, answer }));
  const { response } = answer;
  const headAt = Date.now();
  noteFirstByte(tenant, target, { credential, now: headAt, ms: headAt - sentAt });
  if (response.status >= 400) {
    const isLooked = policy !== null || (canRotate && ROTATES.has(response.status));
    if (!isLooked) {
      note(signOfStatus(response.status), String(response.status));
      return ended(ready, await conclude(delivery, { ...sent, answer }));
    }
    const body = await bodyOf(response);
    const { status, headers } = response;
    const verdict = classify({ status, headers, body: TEXT.decode(body), now: Date.now(), flex: call.levers.flex });
    note(signOf(verdict), String(status));
    return failedWith(delivery, { sent, response: again(response, body), verdict, sentAt });
  }
  if (!policy || !response.ok || !response.body) {
    note({ kind: "success" });
    return ended(ready, await conclude(delivery, { ...sent, answer }));
  }
  return readSuccess({ ...trying, policy, delivery, sent: { ...sent, answer }, sentAt, note });
}

function deliveryOf({ of, ready, access, bill }: Trying): Delivery {
  const { env: _, legs: __, policy: ___, ...base } = of;
  const { call, admission } = ready;
  const delivery = { ...base, call, access, admission, earlier: [...bill.earlier], watch: null };
  // Another target's answer is no answer to what the first one was asked, nor is that of the same one elsewhere.
  const isThere = ready.isFirst && (of.cache.store === null || of.cache.store.base === access.base);
  return isThere && !admission.isCapped ? delivery : withoutFollowers(delivery);
}

function firstByteMs({ of, deadline }: Trying, now: number): number | undefined {
  const limit = Math.min(of.policy?.timeouts.firstByteMs ?? Number.POSITIVE_INFINITY, deadline - now);
  return limit === Number.POSITIVE_INFINITY ? undefined : Math.max(1, limit);
}
