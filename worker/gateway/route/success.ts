/** An answer that is a success by its status: whether it is one. */

import { joinBytes } from "../../core/bytes.ts";
import type { Sign } from "../../core/health.ts";
import { parseJson } from "../../core/json.ts";
import { brokenEvent } from "../../dialects/broken.ts";
import { DIALECTS } from "../../dialects/index.ts";
import type { Dialect } from "../../dialects/types.ts";
import { classify, statusOfError } from "../../routing/classify.ts";
import { noteFirstToken } from "../../routing/health-book.ts";
import type { Policy } from "../../routing/targets.ts";
import { mostWhole } from "../answer.ts";
import { chargeAnswer, chargePartial, NO_CHARGE } from "../charge.ts";
import { conclude, type Sent } from "../deliver.ts";
import type { Delivery } from "../delivery.ts";
import type { Ending } from "../event.ts";
import { readAnswer } from "../read-answer.ts";
import { StreamMeter } from "../stream-meter.ts";
import type { Answer } from "../upstream.ts";
import type { Trying } from "./attempt.ts";
import { again } from "./bodies.ts";
import { cutShort, failedWith, failedWithout, signOf } from "./failed.ts";
import { Patience } from "./patience.ts";
import { peek } from "./peek.ts";
import { ended, type Failed } from "./types.ts";

interface Succeeding extends Trying {
  policy: Policy;
  delivery: Delivery;
  sent: Sent<Extract<Answer, { outcome: "answered" }>>;
  sentAt: number;
  note: (sign: Sign, error?: string) => void;
}

/** An answer, and the patience that it is read with. */
interface Patient extends Succeeding {
  patience: Patience;
}

const TEXT = new TextDecoder("utf-8");

/** Reads as much of the answer as tells whether it is one; the rest goes to the client as it comes. */
export function readSuccess(of: Succeeding): Promise<Ending | Failed> {
  const { call } = of.ready;
  const name = call.place.endpoint.dialect;
  const patience = new Patience({
    pulse: of.pulse,
    timeouts: of.policy.timeouts,
    sentAt: of.sentAt,
    deadline: of.deadline,
    giveUp: () => of.sent.upstream.abort(),
  });
  const patient: Patient = { ...of, patience };
  const isStream = /event-stream/i.test(typeOf(of));
  if (name === null || (call.facts.stream && !isStream && name === "gemini")) {
    patience.awaitRest();
    return goesOn(patient);
  }
  return isStream ? readStream(patient, DIALECTS[name]) : readWhole(patient, DIALECTS[name]);
}

const typeOf = ({ sent }: Succeeding): string => sent.answer.response.headers.get("content-type") ?? "";

async function readWhole(of: Patient, dialect: Dialect): Promise<Ending | Failed> {
  const { ready, delivery, sent, sentAt, patience } = of;
  const { response } = sent.answer;
  patience.awaitRest();
  const read = await readAnswer(response, mostWhole(ready.call));
  if (read.kind === "long") return goesOn(of, read);
  if (read.kind === "broken") {
    patience.done();
    return brokenOff(of, NO_CHARGE);
  }
  const meter = new StreamMeter(dialect, typeOf(of));
  meter.seeAll(read.bytes);
  const reading = meter.end();
  const whole = again(response, read.bytes);
  if (reading.error === null && reading.finished) {
    return goesOn({ ...of, sent: { ...sent, answer: { ...sent.answer, response: whole } } });
  }
  patience.done();
  const body = TEXT.decode(read.bytes);
  const status = reading.error === null ? 502 : statusOfError(parseJson(body));
  const verdict = classify({ status, headers: response.headers, body, now: Date.now() });
  const charge =
    reading.error === null ? NO_CHARGE : await chargeAnswer(ready.call, ready.admission, reading, () => "");
  of.note(signOf(verdict), String(status));
  return failedWith(delivery, { sent, response: whole, verdict, sentAt, charge });
}

async function readStream(of: Patient, dialect: Dialect): Promise<Ending | Failed> {
  const { ready, delivery, sent, sentAt, patience, policy } = of;
  const { response } = sent.answer;
  const isVerified = policy.afterFirstByte === "verified";
  if (!of.mayFollow && !isVerified && policy.timeouts.firstTokenMs === undefined) {
    patience.awaitRest();
    return goesOn(of);
  }
  patience.awaitToken();
  const peeked = await peek(response.body as ReadableStream<Uint8Array>, dialect, {
    untilEnd: isVerified,
    began: () => {
      noteFirstToken(ready.call.grant.tenant, ready.target, Date.now() - sentAt);
      // What is held back until its end has begun all the same.
      patience.awaitRest();
    },
    moved: () => patience.moved(),
  });
  patience.done();
  switch (peeked.kind) {
    case "going": {
      patience.awaitRest();
      return goesOn(of, peeked);
    }
    case "error": {
      sent.upstream.abort();
      const body = JSON.stringify(peeked.body);
      const status = statusOfError(peeked.body);
      const verdict = classify({ status, headers: response.headers, body, now: Date.now() });
      of.note(signOf(verdict), String(status));
      const charge = await chargeAnswer(ready.call, ready.admission, peeked.reading, () => "");
      return failedWith(delivery, {
        sent,
        response: again(response, joinBytes(peeked.first)),
        verdict,
        sentAt,
        charge,
      });
    }
    case "broken": {
      sent.upstream.abort();
      const { reading, text } = peeked;
      return brokenOff(
        of,
        text === "" || delivery.client.aborted
          ? NO_CHARGE
          : await chargePartial(ready.call, ready.admission, reading, text),
      );
    }
  }
}

/** The answer goes to the client; `begun` is what was read of it. */
async function goesOn(of: Patient, begun: Parameters<typeof conclude>[2] = null): Promise<Ending> {
  const { delivery, patience } = of;
  const ending = await conclude({ ...delivery, watch: watchOf(delivery, patience) }, of.sent, begun);
  patience.done();
  const isFailure = ending.status === "truncated" || ending.status === "error";
  of.note(
    isFailure ? { kind: "failure", waitMs: null } : { kind: "success" },
    patience.overdue ? "upstream_timeout" : ending.status,
  );
  const errorCode = patience.overdue && ending.status === "truncated" ? "upstream_timeout" : ending.errorCode;
  return ended(of.ready, { ...ending, errorCode: errorCode ?? null });
}

/** The provider broke the answer off; or the client did, who then waits for nothing. */
async function brokenOff(of: Patient, charge: typeof NO_CHARGE): Promise<Ending | Failed> {
  const { ready, delivery, sent, sentAt, patience } = of;
  if (delivery.client.aborted) {
    return ended(ready, await conclude(delivery, { ...sent, answer: { outcome: "aborted" } }));
  }
  const error = cutShort(ready.call, patience);
  of.note({ kind: "failure", waitMs: null }, error.code);
  return failedWithout(delivery, { error, sentAt, charge });
}

function watchOf(of: Delivery, patience: Patience): Delivery["watch"] {
  return {
    moved: () => patience.moved(),
    terminal: () => {
      const event = brokenEvent(of.call.place.endpoint.dialect, cutShort(of.call, patience), of.call.id);
      return event === null ? null : new TextEncoder().encode(event);
    },
  };
}
