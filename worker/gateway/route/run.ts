/**
 * A request that may take several attempts: targets in order, each with its tries and credentials, until one answers. What
 * goes to the client goes once, and one event tells of all that was tried.
 */
import { type GatewayError, gatewayError } from "../../core/errors.ts";
import type { Outcome } from "../../core/outcome.ts";
import { brokenEvent } from "../../dialects/broken.ts";
import { DIALECTS } from "../../dialects/index.ts";
import type { Env } from "../../env.ts";
import { classify, statusOfError, type Verdict } from "../../routing/classify.ts";
import type { Sign } from "../../routing/health.ts";
import { isHealthy, noteFirstToken, noteSent, noteSign } from "../../routing/health-book.ts";
import { delayMs } from "../../routing/retry.ts";
import type { Policy, Target } from "../../routing/targets.ts";
import { admit } from "../admit.ts";
import { MAX_WHOLE_BYTES } from "../answer.ts";
import { priceFor } from "../bound-request.ts";
import type { Admission, Call } from "../call.ts";
import { type Charge, chargeAnswer, chargePartial, NO_CHARGE } from "../charge.ts";
import { accessesFor, type ProviderAccess, SANDBOX_ACCESS } from "../credential.ts";
import { conclude, type Sent, send } from "../deliver.ts";
import type { Delivery, Tried } from "../delivery.ts";
import { type Ending, eventOf } from "../event.ts";
import { Pulse } from "../pulse.ts";
import { readAnswer } from "../read-answer.ts";
import { errorResponse } from "../respond.ts";
import { StreamMeter } from "../stream-meter.ts";
import type { Answer } from "../upstream.ts";
import { LegHold } from "./leg-hold.ts";
import { Patience } from "./patience.ts";
import { peek } from "./peek.ts";

/** A target, and the request as it goes there. */
export interface LegSource {
  target: Target;
  /** Made when it is needed; an error where the target cannot do what is asked. */
  open(): Promise<Outcome<Call>>;
}

export interface Routed extends Omit<Delivery, "access" | "admission" | "earlier" | "watch" | "call"> {
  env: Env;
  /** What the client asked for, as its first leg. */
  call: Call;
  legs: readonly LegSource[];
  /** Null: no route, only several credentials to try. */
  policy: Policy | null;
}

/** A leg that was admitted. */
interface Ready {
  call: Call;
  target: Target;
  accesses: readonly ProviderAccess[];
  admission: Admission;
  isFirst: boolean;
  isLast: boolean;
}

/** An attempt that the client has not heard of. */
interface Failed {
  verdict: Verdict;
  tried: Tried;
  tell: Told;
}

/** Tells the client of a failed attempt, where nothing better came. */
type Told = (earlier: readonly Tried[]) => Promise<Ending>;

/** Of an error, more is not read: it goes on as it is, but for what is longer. */
const MAX_ERROR_BYTES = 262_144;

/** Sends the call to one target after another and sees it through to its settlement. */
export async function deliverRouted(of: Routed): Promise<void> {
  const run = new Run(of);
  try {
    const { call, ending } = await run.all();
    await run.settle(call, ending);
  } catch (cause) {
    console.error(JSON.stringify({ level: "error", request: of.call.id, message: String(cause) }));
    of.respond(errorResponse(gatewayError("internal", "An unexpected error."), of.call.id, of.shape));
    await run.settleFault();
  } finally {
    run.stop();
  }
}

class Run {
  readonly #of: Routed;
  readonly #money: LegHold;
  readonly #pulse: Pulse;
  readonly #earlier: Tried[] = [];
  /** The last answer of a provider, else the last failure without one. */
  #told: { call: Call; tell: Told; isAnswer: boolean } | null = null;
  /** Why a target was not tried. */
  #denied: GatewayError | null = null;
  /** A context window that the request did not fit into. */
  #tooSmall: number | null = null;
  #firstSentAt: number | null = null;
  #sentAt = 0;
  #ready: Ready | null = null;
  readonly #deadline: number;

  constructor(of: Routed) {
    this.#of = of;
    this.#money = new LegHold(of.wallet);
    this.#pulse = new Pulse(() => this.#money.alive());
    const totalMs = of.policy?.timeouts.totalMs;
    this.#deadline = totalMs === undefined ? Number.POSITIVE_INFINITY : of.call.arrivedAt + totalMs;
  }

  stop(): void {
    this.#pulse.stop();
  }

  /** All legs in turn; the ending, and the call that it is of. */
  async all(): Promise<{ call: Call; ending: Ending }> {
    const { legs } = this.#of;
    for (const [index, leg] of legs.entries()) {
      if (Date.now() >= this.#deadline) break;
      const ready = await this.#prepare(leg, { isFirst: index === 0, isLast: index === legs.length - 1 });
      if (!ready) continue;
      this.#ready = ready;
      const ending = await this.#leg(ready);
      if (ending === "tell") break;
      if (ending !== "next") return { call: ready.call, ending };
    }
    return this.#giveUp();
  }

  async settle(call: Call, ending: Ending): Promise<void> {
    const before = this.#earlier.reduce((sum, { charge }) => sum + (charge.costNanos ?? 0), 0);
    const bound = ending.boundNanos ?? null;
    const event = eventOf(
      call,
      {
        ...ending,
        boundNanos: bound === null ? null : bound + before,
        ...(this.#firstSentAt !== null && { dispatchedAt: this.#firstSentAt, attemptedAt: this.#sentAt }),
        earlier: this.#earlier,
      },
      Date.now(),
    );
    await this.#money.settle(event, ending.charge ?? NO_CHARGE);
  }

  /** A fault of ours after a request left: what it cost is not known, so the bound is spent, never nothing. */
  settleFault(): Promise<void> {
    const { call, admission } = this.#ready ?? { call: this.#of.call, admission: null };
    const charge: Charge =
      admission && this.#firstSentAt !== null
        ? { ...NO_CHARGE, costNanos: admission.boundNanos, usageSource: "bound" }
        : NO_CHARGE;
    return this.settle(call, {
      status: "error",
      httpStatus: null,
      charge,
      errorCode: "internal",
      attempted: this.#firstSentAt !== null,
    });
  }

  /** The leg with its credentials and its hold; null where it cannot be tried. */
  async #prepare(leg: LegSource, place: Pick<Ready, "isFirst" | "isLast">): Promise<Ready | null> {
    const { env } = this.#of;
    const opened = await leg.open();
    if (!opened.ok) return this.#deny(opened.error);
    const call = opened.value;
    if (this.#tooSmall !== null) {
      // A window that nobody knows may be larger.
      const window = windowOf(call);
      if (window !== null && window <= this.#tooSmall) return null;
    }
    const accesses =
      call.mode === "test"
        ? ([SANDBOX_ACCESS] as const)
        : await accessesFor(env, call.grant, call.place, call.bringsCredential).then((found) =>
            found.ok ? found.value : this.#deny(found.error),
          );
    if (!accesses) return null;
    const admission = await admit(call, this.#money);
    if (!admission.ok) return this.#deny(admission.error);
    if (!this.#money.dispatch()) return this.#deny(gatewayError("invalid_api_key", "This key was revoked."));
    const by = (access: ProviderAccess) => ({ credential: access.credential, now: Date.now() });
    const sound = accesses.filter((access) => isHealthy(call.grant.tenant, leg.target, by(access)));
    const others = accesses.filter((access) => !sound.includes(access));
    // A stream can be sent once.
    const usable = call.body.kind === "stream" ? accesses.slice(0, 1) : [...sound, ...others];
    return { call, target: leg.target, accesses: usable, admission: admission.value, ...place };
  }

  #deny(error: GatewayError): null {
    this.#denied ??= error;
    return null;
  }

  /** One target, with all its tries: its ending, or where to go from here. */
  async #leg(ready: Ready): Promise<Ending | "next" | "tell"> {
    const { policy, client } = this.#of;
    const by = { credential: ready.accesses[0]?.credential ?? "", now: Date.now() };
    // Whoever failed of late is asked once, as a last resort.
    const tries = policy && isHealthy(ready.call.grant.tenant, ready.target, by) ? policy.retries.attempts : 1;
    let credentials = ready.accesses;
    for (let number = 1; ; ) {
      const [access, ...others] = credentials;
      if (!access) return "next";
      const mayFollow = !ready.isLast || others.length > 0 || number < tries;
      const result = await this.#attempt(ready, access, { mayFollow, canRotate: others.length > 0 });
      if (!("verdict" in result)) return result;
      this.#earlier.push(result.tried);
      this.#money.failed(result.tried.charge);
      const { verdict } = result;
      if (verdict.kind === "tell") return "tell";
      if (verdict.kind === "next") return "next";
      if (verdict.kind === "larger") {
        this.#tooSmall = Math.max(this.#tooSmall ?? 0, windowOf(ready.call) ?? 0);
        return "next";
      }
      if (verdict.kind === "credential") {
        if (others.length > 0) {
          credentials = others;
          continue;
        }
        if (verdict.refused) return "next";
      }
      number++;
      if (number > tries) return "next";
      const maxDelayMs = policy?.retries.maxDelayMs ?? 0;
      const wait = delayMs({ next: number, askedMs: verdict.waitMs, maxDelayMs, random: Math.random() });
      if (wait === null || Date.now() + wait >= this.#deadline) return "next";
      await pause(wait, client);
      if (client.aborted) return "tell";
      credentials = ready.accesses.slice(0, 1);
      if (result.tried.charge.costNanos !== 0 && !(await this.#holdAgain(ready))) return "next";
    }
  }

  /** What the failed try cost was meant for this one. */
  async #holdAgain(ready: Ready): Promise<boolean> {
    const admission = await admit(ready.call, this.#money);
    if (admission.ok) ready.admission = admission.value;
    else this.#deny(admission.error);
    return admission.ok;
  }

  /** One attempt: the ending, where the client got an answer. */
  async #attempt(
    ready: Ready,
    access: ProviderAccess,
    { mayFollow, canRotate }: { mayFollow: boolean; canRotate: boolean },
  ): Promise<Ending | Failed> {
    const { policy } = this.#of;
    const { call, target } = ready;
    const sentAt = Date.now();
    this.#sentAt = sentAt;
    this.#firstSentAt ??= sentAt;
    noteSent(call.grant.tenant, target, { credential: access.credential, now: sentAt });
    const note = (sign: Sign) =>
      noteSign(call.grant.tenant, target, { credential: access.credential, sign, now: Date.now() });
    const delivery: Delivery = { ...this.#deliveryOf(ready, access), earlier: [...this.#earlier] };
    const sent = await send(delivery, this.#pulse, this.#firstByteMs(sentAt));
    const { answer } = sent;
    if (answer.outcome === "failed") {
      note({ kind: "failure", waitMs: null });
      return this.#failedWithout(delivery, { error: answer.error, sentAt });
    }
    if (answer.outcome === "aborted") return ended(ready, await conclude(delivery, { ...sent, answer }));
    const { response } = answer;
    if (response.status >= 400) {
      const isLooked = policy !== null || (canRotate && ROTATES.has(response.status));
      if (!isLooked) {
        if (response.status >= 500) note({ kind: "failure", waitMs: null });
        return ended(ready, await conclude(delivery, { ...sent, answer }));
      }
      const body = await bodyOf(response);
      const { status, headers } = response;
      const verdict = classify({ status, headers, body: TEXT.decode(body), now: Date.now() });
      note(signOf(verdict));
      return this.#failedWith(delivery, { sent, response: again(response, body), verdict, sentAt });
    }
    if (!policy || !response.ok || !response.body) {
      note({ kind: "success" });
      return ended(ready, await conclude(delivery, { ...sent, answer }));
    }
    return this.#success(ready, delivery, { sent: { ...sent, answer }, sentAt, note, mayFollow });
  }

  /** A success by its status: whether it is one. */
  async #success(
    ready: Ready,
    delivery: Delivery,
    at: { sent: Sent<Answered>; sentAt: number; note: (sign: Sign) => void; mayFollow: boolean },
  ): Promise<Ending | Failed> {
    const { policy } = this.#of;
    const { sent, sentAt, note, mayFollow } = at;
    const { response } = sent.answer;
    const name = ready.call.place.endpoint.dialect;
    const type = response.headers.get("content-type") ?? "";
    const patience = new Patience({
      pulse: this.#pulse,
      timeouts: policy?.timeouts ?? {},
      sentAt,
      deadline: this.#deadline,
      giveUp: () => sent.upstream.abort(),
    });
    const watched: Delivery = { ...delivery, watch: watchOf(delivery, patience) };
    const isStream = /event-stream/i.test(type);
    if (name === null || (ready.call.facts.stream && !isStream && name === "gemini")) {
      patience.awaitRest();
      return this.#concluded(ready, watched, { ...at, patience });
    }
    const dialect = DIALECTS[name];
    const failure = { sentAt, sent };
    if (!isStream) {
      patience.awaitRest();
      const read = await readAnswer(response, MAX_WHOLE_BYTES);
      if (read.kind === "broken") {
        patience.done();
        if (delivery.client.aborted) {
          return ended(ready, await conclude(delivery, { ...sent, answer: { outcome: "aborted" } }));
        }
        note({ kind: "failure", waitMs: null });
        return this.#failedWithout(delivery, { error: cutShort(ready.call, patience), sentAt });
      }
      if (read.kind === "long") return this.#concluded(ready, watched, { ...at, patience, begun: read });
      const meter = new StreamMeter(dialect, type);
      meter.seeAll(read.bytes);
      const reading = meter.end();
      const whole = again(response, read.bytes);
      if (reading.error !== null || !reading.finished) {
        patience.done();
        const text = TEXT.decode(read.bytes);
        const status = reading.error === null ? 502 : statusOfError(parsed(text));
        const verdict = classify({ status, headers: response.headers, body: text, now: Date.now() });
        const charge =
          reading.error === null ? NO_CHARGE : await chargeAnswer(ready.call, ready.admission, reading, () => "");
        note(signOf(verdict));
        const { error } = reading;
        return this.#failedWith(delivery, { sent, response: whole, verdict, sentAt, charge, error });
      }
      return this.#concluded(ready, watched, {
        ...at,
        sent: { ...sent, answer: { ...sent.answer, response: whole } },
        patience,
      });
    }

    const isVerified = policy?.afterFirstByte === "verified";
    if (!mayFollow && !isVerified && policy?.timeouts.firstTokenMs === undefined) {
      patience.awaitRest();
      return this.#concluded(ready, watched, { ...at, patience });
    }
    patience.awaitToken();
    const peeked = await peek(response.body as ReadableStream<Uint8Array>, dialect, { untilEnd: isVerified });
    patience.done();
    switch (peeked.kind) {
      case "going": {
        noteFirstToken(ready.call.grant.tenant, ready.target, Date.now() - sentAt);
        patience.awaitRest();
        return this.#concluded(ready, watched, { ...at, patience, begun: peeked });
      }
      case "error": {
        sent.upstream.abort();
        const text = JSON.stringify(peeked.body);
        const status = statusOfError(peeked.body);
        const verdict = classify({ status, headers: response.headers, body: text, now: Date.now() });
        note(signOf(verdict));
        const charge = await chargeAnswer(ready.call, ready.admission, peeked.reading, () => "");
        const { error } = peeked.reading;
        return this.#failedWith(delivery, {
          ...failure,
          response: again(response, joined(peeked.first)),
          verdict,
          charge,
          error,
        });
      }
      case "broken": {
        sent.upstream.abort();
        if (delivery.client.aborted) {
          return ended(ready, await conclude(delivery, { ...sent, answer: { outcome: "aborted" } }));
        }
        note({ kind: "failure", waitMs: null });
        const { reading, text } = peeked;
        const charge = text === "" ? NO_CHARGE : await chargePartial(ready.call, ready.admission, reading, text);
        return this.#failedWithout(delivery, { error: cutShort(ready.call, patience), sentAt, charge });
      }
    }
  }

  /** The answer goes to the client. */
  async #concluded(
    ready: Ready,
    delivery: Delivery,
    at: {
      sent: Sent<Answered>;
      note: (sign: Sign) => void;
      patience: Patience;
      begun?: Parameters<typeof conclude>[2];
    },
  ): Promise<Ending> {
    const ending = await conclude(delivery, at.sent, at.begun ?? null);
    at.patience.done();
    at.note(
      ending.status === "truncated" || ending.status === "error"
        ? { kind: "failure", waitMs: null }
        : { kind: "success" },
    );
    const errorCode = at.patience.overdue && ending.status === "truncated" ? "upstream_timeout" : ending.errorCode;
    return ended(ready, { ...ending, errorCode: errorCode ?? null });
  }

  /** An attempt that no answer came of. */
  #failedWithout(
    delivery: Delivery,
    { error, sentAt, charge = NO_CHARGE }: { error: GatewayError; sentAt: number; charge?: Charge },
  ): Failed {
    const tried = triedOf(delivery.call, { httpStatus: null, sentAt, charge, error: error.code });
    const tell: Told = async (earlier) => {
      const response = errorResponse(error, delivery.call.id, delivery.shape);
      response.headers.set("x-meterr-attempts", String(earlier.length + 1));
      this.#of.respond(response);
      return { status: "error", httpStatus: error.status, errorCode: error.code };
    };
    if (!this.#told?.isAnswer) this.#told = { call: delivery.call, tell, isAnswer: false };
    return { verdict: { kind: "retry", waitMs: null }, tried, tell };
  }

  /** An attempt that was answered by an error. */
  #failedWith(
    delivery: Delivery,
    of: {
      sent: Sent;
      response: Response;
      verdict: Verdict;
      sentAt: number;
      charge?: Charge;
      error?: string | null;
    },
  ): Failed {
    const { response, sent, verdict, sentAt, charge = NO_CHARGE } = of;
    const { status: httpStatus } = response;
    const error = response.ok ? "upstream_error" : undefined;
    const tried = triedOf(delivery.call, { httpStatus, sentAt, charge, ...(error && { error }) });
    const tell: Told = async (earlier) =>
      conclude({ ...delivery, earlier }, { ...sent, answer: { outcome: "answered", response } });
    this.#told = { call: delivery.call, tell, isAnswer: true };
    return { verdict, tried, tell };
  }

  /** Nothing answered: the client hears of the last failure, else why nothing was tried. */
  async #giveUp(): Promise<{ call: Call; ending: Ending }> {
    const told = this.#told;
    if (told) {
      const ending = await told.tell(this.#earlier.slice(0, -1));
      // What it cost is told by the attempts.
      return { call: told.call, ending: { ...ending, charge: NO_CHARGE, attempted: false } };
    }
    const error = this.#denied ?? gatewayError("upstream_timeout", "There was no time left to ask any target.");
    this.#of.respond(errorResponse(error, this.#of.call.id, this.#of.shape));
    const budget = error.code === "budget_exceeded" ? error.details?.budget : undefined;
    return {
      call: this.#of.call,
      ending: {
        status: "denied",
        httpStatus: error.status,
        errorCode: error.code,
        refusedBy: typeof budget === "string" ? budget : undefined,
      },
    };
  }

  #deliveryOf(ready: Ready, access: ProviderAccess): Delivery {
    const { env: _, legs: __, policy: ___, ...base } = this.#of;
    // Another target's answer is no answer to what the first one was asked.
    const cache = ready.isFirst ? base.cache : { ...base.cache, store: null };
    const { call, admission } = ready;
    return { ...base, call, access, admission, cache, earlier: [], watch: null };
  }

  #firstByteMs(now: number): number | undefined {
    const limit = Math.min(this.#of.policy?.timeouts.firstByteMs ?? Number.POSITIVE_INFINITY, this.#deadline - now);
    return limit === Number.POSITIVE_INFINITY ? undefined : Math.max(1, limit);
  }
}

type Answered = Extract<Answer, { outcome: "answered" }>;

/** Where another credential may be let in. */
const ROTATES: ReadonlySet<number> = new Set([401, 402, 403, 429]);

const TEXT = new TextDecoder("utf-8");

const windowOf = (call: Call): number | null => priceFor(call, call.grant.prices)?.contextWindow ?? null;

const ended = ({ admission }: Ready, ending: Ending): Ending => ({
  ...ending,
  boundNanos: admission.boundNanos,
  attempted: true,
});

function triedOf(call: Call, of: { httpStatus: number | null; sentAt: number; charge: Charge; error?: string }): Tried {
  const { httpStatus, sentAt, charge, error } = of;
  const { provider, model } = call.scope;
  const ms = Date.now() - sentAt;
  return {
    attempt: { provider, model, httpStatus, ms, costNanos: charge.costNanos, ...(error !== undefined && { error }) },
    charge,
  };
}

function signOf(verdict: Verdict): Sign {
  switch (verdict.kind) {
    case "retry":
      return { kind: "failure", waitMs: verdict.waitMs };
    case "credential":
      return { kind: verdict.refused ? "refused" : "failure", waitMs: verdict.waitMs };
    case "next":
      return { kind: "failure", waitMs: null };
    case "larger":
    case "tell":
      return { kind: "success" };
  }
}

function cutShort({ scope }: Call, { overdue }: Patience): GatewayError {
  if (overdue === null) {
    return gatewayError("upstream_unreachable", `${scope.provider} broke its answer off, or sent what is no answer.`);
  }
  const what = overdue === "first_token" ? "did not begin its answer" : "did not finish its answer";
  return gatewayError("upstream_timeout", `${scope.provider} ${what} in time.`);
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

/** The same answer with a body that was read: decoded, and all there. */
function again(response: Response, bytes: Uint8Array): Response {
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  const { status, statusText } = response;
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status, statusText, headers });
}

/** An error's body, as far as it comes. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array(0);
  const read = await readAnswer(response, MAX_ERROR_BYTES);
  if (read.kind === "whole") return read.bytes;
  if (read.kind === "broken") return new Uint8Array(0);
  read.reader.cancel().catch(() => {});
  return joined(read.first);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits; no longer than the client does. */
async function pause(ms: number, client: AbortSignal): Promise<void> {
  if (ms <= 0 || client.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    client.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
