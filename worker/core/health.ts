/**
 * Circuit breakers: what is known of a provider's model by one credential, as plain data. Closed, it is used; open, it is
 * left alone; half-open, one request probes it. Pure.
 */

export interface Circuit {
  /** Failures since the last success. */
  failures: number;
  /** The last outcomes, newest in the lowest bit, 1 for a failure; and how many there are. */
  recent: number;
  seen: number;
  /** Open until then, in milliseconds since the epoch; 0: closed. */
  openUntil: number;
  /** How often it opened without a success between. */
  opened: number;
  /** A probe is under way until then; a lost one counts no longer. */
  probeUntil: number;
}

export const CLOSED: Readonly<Circuit> = Object.freeze({
  failures: 0,
  recent: 0,
  seen: 0,
  openUntil: 0,
  opened: 0,
  probeUntil: 0,
});

/** How a request went, for the circuit. `waitMs`: how long the provider asked to be left alone. */
export type Sign =
  | { kind: "success" }
  | { kind: "failure"; waitMs: number | null }
  | { kind: "refused"; waitMs: number | null };

/** So many failures in a row open it; so does a half of the last ten, once there are six. */
const IN_A_ROW = 3;
const WINDOW = 10;
const LEAST_SEEN = 6;
/** The first pause, doubled each time, and the longest: whoever recovers is used again within it. */
const OPEN_MS = 2_000;
const MOST_OPEN_MS = 16_000;
/** A credential that was refused is of no use until somebody changes it. */
const REFUSED_MS = 16_000;
/** A probe that tells nothing for so long was lost. */
export const PROBE_MS = 10_000;

export type Health = "closed" | "open" | "half-open";

/** What a circuit is at `now`. While its probe is under way it counts as open. */
export function healthOf(circuit: Circuit, now: number): Health {
  if (circuit.openUntil === 0) return "closed";
  return now < circuit.openUntil || now < circuit.probeUntil ? "open" : "half-open";
}

/** The circuit once a request has been sent: of a half-open one it is the probe. */
export const afterSending = (circuit: Circuit, now: number): Circuit =>
  healthOf(circuit, now) === "half-open" ? { ...circuit, probeUntil: now + PROBE_MS } : circuit;

/** The circuit once it is known how a request went. */
export function afterSign(circuit: Circuit, sign: Sign, now: number): Circuit {
  const recent = ((circuit.recent << 1) | (sign.kind === "success" ? 0 : 1)) & ((1 << WINDOW) - 1);
  const seen = Math.min(WINDOW, circuit.seen + 1);
  if (sign.kind === "success") {
    // A probe that went well clears what was before it.
    return circuit.openUntil > 0 ? { ...CLOSED } : { ...circuit, failures: 0, recent, seen, opened: 0 };
  }
  const failures = circuit.failures + 1;
  const next = { ...circuit, failures, recent, seen };
  // Under way since before it opened: nothing new, unless the provider asks for more patience.
  if (now < circuit.openUntil) {
    const askedUntil = sign.waitMs === null ? 0 : now + Math.min(MOST_OPEN_MS, sign.waitMs);
    return { ...next, openUntil: Math.max(circuit.openUntil, askedUntil) };
  }
  const opens =
    sign.kind === "refused" ||
    sign.waitMs !== null ||
    circuit.openUntil > 0 ||
    failures >= IN_A_ROW ||
    (seen >= LEAST_SEEN && onesIn(recent) * 2 >= seen);
  if (!opens) return next;
  const usual = sign.kind === "refused" ? REFUSED_MS : Math.min(MOST_OPEN_MS, OPEN_MS * 2 ** circuit.opened);
  const pauseMs = Math.min(MOST_OPEN_MS, sign.waitMs ?? usual);
  return { ...next, openUntil: Math.max(circuit.openUntil, now + pauseMs), opened: circuit.opened + 1, probeUntil: 0 };
}

function onesIn(bits: number): number {
  let ones = 0;
  for (let left = bits; left > 0; left &= left - 1) ones++;
  return ones;
}

/** What an isolate saw of one credential of a target since it last told the ledger. Plain data, sent with settlements. */
export interface HealthReport extends HealthSubject {
  /** The last outcomes in their order, ten at most. */
  signs: readonly Sign[];
  /** How long ago the last of them was. */
  agoMs: number;
  attempts: number;
  failures: number;
  /** The last failure, as a record's attempt names it: a status, or a code. */
  error: string | null;
  /** How many answers began within which span of `latency.ts`. */
  firstBytes: readonly number[];
  /** Smoothed time to the first token; null where none was measured. */
  firstTokenMs: number | null;
  /** A probe is under way. */
  isProbing: boolean;
}

export interface HealthSubject {
  provider: string;
  model: string;
  credential: string;
}

/** What the ledger tells an isolate of what others saw. */
export interface HealthWord extends HealthSubject {
  /** How long it is to be left alone; null: its circuit is closed. */
  openForMs: number | null;
  /** How often it opened without a success between. */
  opened: number;
  firstTokenMs: number | null;
}

/** The newest outcomes that a report has. */
export const REPORTED_SIGNS = WINDOW;

/** One subject's name, among those of a tenant. */
export const nameOfSubject = ({ provider, model, credential }: HealthSubject): string =>
  `${provider}/${model}#${credential}`;
