/**
 * A visible stream is held in slices where its whole bound does not fit: what may come next is always held before it
 * comes, and when a top-up is refused the stream ends cleanly. Every event is read here, which is why this is only for
 * where money is scarce.
 */

import { isObject, parseJson } from "../core/json.ts";
import type { Amounts } from "../core/lease.ts";
import type { Unit } from "../core/policy.ts";
import { SseSplitter } from "../core/sse.ts";
import type { Cutter } from "../dialects/cut.ts";
import { toolCallsIn } from "../dialects/tool-calls.ts";
import type { Dialect } from "../dialects/types.ts";
import { countTokens, type Encoding } from "../pricing/index.ts";
import type { Hold, Wallet } from "../wallet/types.ts";
import { withoutUsage } from "./usage-chunk.ts";
import { EventGate } from "./whole-events.ts";

/** The money of a stream that is held in slices. */
export interface SlicePlan {
  /** What the input can take at most. */
  input: Amounts;
  /** What one token of output can cost at most. */
  tokenPicos: number;
  /** The bound of the whole request: no top-up goes beyond it. */
  whole: Amounts;
  /** Tokens that the provider may have written, and will bill, beyond what has been seen when a stream is cut. */
  aheadTokens: number;
}

/**
 * What a model writes around a call of a tool, beside the arguments that pass. Recorded: 14 to 17 tokens for each of GPT-4o's parallel
 * calls, 22 beyond the arguments' bytes with Claude, which also writes the names of the parameters more than once.
 */
const TOOL_CALL_TOKENS = 64;
/** Tokens of a slice: the first one, and what a top-up adds. Below the least one a stream is not worth going on. */
export const FIRST_SLICE_TOKENS = 512;
const SLICE_TOKENS = 1_024;
const LEAST_SLICE_TOKENS = 32;
/** An event that is longer goes on unfinished: to end the stream cleanly is worth no more memory than that. */
const MAX_HELD_BYTES = 8_388_608;
const NOTHING = new Uint8Array(0);

/** What the request takes at most with `tokens` of output. */
export const sliceOf = ({ input, whole, tokenPicos }: SlicePlan, tokens: number): Amounts => ({
  nanos: Math.min(whole.nanos, input.nanos + Math.ceil((tokens * tokenPicos) / 1000)),
  tokens: Math.min(whole.tokens, input.tokens + tokens),
});

/** Watches one stream. */
export class SlicedStream {
  readonly #plan: SlicePlan;
  readonly #wallet: Wallet;
  readonly #hold: Hold;
  readonly #dialect: Dialect;
  readonly #cutter: Cutter;
  readonly #removesUsage: boolean;
  readonly #decoder = new TextDecoder();
  readonly #splitter: SseSplitter;
  readonly #encoder = new TextEncoder();
  readonly #gate = new EventGate();
  readonly #encoding: Encoding | null;
  /** Tokens of the text that was counted, and the text since: its UTF-8 bytes are never fewer than its tokens. */
  #countedTokens = 0;
  #uncounted: string[] = [];
  #uncountedBytes = 0;
  /** Tokens around calls of tools, which no text shows. */
  #unseenTokens = 0;
  /** The budget that refused a top-up. */
  refusedBy: string | undefined;

  constructor(of: {
    plan: SlicePlan;
    wallet: Wallet;
    hold: Hold;
    dialect: Dialect;
    cutter: Cutter;
    removesUsage: boolean;
    /** The model's tokenizer, where it is known. */
    encoding: Encoding | null;
  }) {
    this.#plan = of.plan;
    this.#wallet = of.wallet;
    this.#hold = of.hold;
    this.#dialect = of.dialect;
    this.#cutter = of.cutter;
    this.#encoding = of.encoding;
    this.#removesUsage = of.removesUsage;
    this.#splitter = new SseSplitter(({ data, name }) => {
      const json = parseJson(data);
      if (!isObject(json)) return;
      this.#cutter.see(json, name);
      for (const name of toolCallsIn(json)) this.#unseenTokens += TOOL_CALL_TOKENS + name.length;
      const text = this.#dialect.textOf(json);
      this.#uncounted.push(text);
      this.#uncountedBytes += this.#encoder.encode(text).byteLength;
    });
  }

  /** The whole events of the stream so far that may go to the client. */
  pass(chunk: Uint8Array): Uint8Array {
    const events = this.#gate.take(chunk);
    return this.#go(events ?? (this.#gate.heldBytes > MAX_HELD_BYTES ? this.#gate.rest() : NOTHING));
  }

  end(): Uint8Array {
    return this.#go(this.#gate.rest());
  }

  /** Makes sure that what may come next is held. False: it cannot be, and the stream has to end. */
  async covers(): Promise<boolean> {
    if (this.#isHeld()) return true;
    // Counting is dearer than adding bytes, and cheaper than ending a stream that the budget could pay on.
    await this.#count();
    if (this.#isHeld()) return true;
    const first = await this.#wallet.topUp(this.#hold, this.#missing(SLICE_TOKENS));
    if (first.outcome === "held") return true;
    if (first.outcome !== "refused") return false;
    this.refusedBy = first.limit.id;
    const tokens = this.#affordable(first.limit.unit, first.remaining);
    if (tokens < LEAST_SLICE_TOKENS) return false;
    return (await this.#wallet.topUp(this.#hold, this.#missing(Math.min(SLICE_TOKENS, tokens)))).outcome === "held";
  }

  /** The events that end the stream here. */
  terminal(reason: string): Uint8Array {
    return this.#encoder.encode(this.#cutter.end(reason));
  }

  /** What may have been written beyond the text that passed. */
  get aheadTokens(): number {
    return this.#plan.aheadTokens + this.#unseenTokens;
  }

  #isHeld(): boolean {
    const { nanos, tokens } = this.#missing(0);
    return nanos === 0 && tokens === 0;
  }

  /** What is not held of what the next `moreTokens` may take. */
  #missing(moreTokens: number): Amounts {
    const seen = this.#countedTokens + this.#uncountedBytes + this.aheadTokens;
    const needed = sliceOf(this.#plan, seen + moreTokens);
    return {
      nanos: Math.max(0, needed.nanos - this.#hold.nanos),
      tokens: Math.max(0, needed.tokens - (this.#hold.tokens ?? needed.tokens)),
    };
  }

  /** How many more tokens what is left in `unit` can pay. */
  #affordable(unit: Unit, remaining: number): number {
    const now = this.#missing(0);
    return unit === "tokens"
      ? remaining - now.tokens
      : Math.floor(((remaining - now.nanos) * 1000) / Math.max(1, this.#plan.tokenPicos));
  }

  async #count(): Promise<void> {
    if (this.#encoding === null) return;
    this.#countedTokens += await countTokens(this.#uncounted.join(""), this.#encoding);
    this.#uncounted = [];
    this.#uncountedBytes = 0;
  }

  #go(events: Uint8Array): Uint8Array {
    if (events.byteLength === 0) return events;
    this.#splitter.push(this.#decoder.decode(events, { stream: true }));
    return this.#removesUsage ? withoutUsage(events) : events;
  }
}
