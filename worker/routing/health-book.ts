/** What this isolate knows of targets: a circuit for each credential, and how soon they begin to answer. */
import { afterSending, afterSign, type Circuit, CLOSED, healthOf, type Sign } from "./health.ts";
import type { Target } from "./targets.ts";

interface Known {
  circuits: Map<string, Circuit>;
  /** Smoothed; null where no answer was timed. */
  firstTokenMs: number | null;
}

const book = new Map<string, Known>();
/** Model names come from clients: what was known is forgotten where there is too much of it. */
const MAX_KNOWN = 5_000;
/** The weight of the newest measurement. */
const SMOOTHING = 0.3;

const nameOf = (tenant: string, { provider, model }: Target): string => `${tenant}/${provider}/${model}`;

function knownOf(tenant: string, target: Target): Known {
  const name = nameOf(tenant, target);
  let known = book.get(name);
  if (!known) {
    if (book.size >= MAX_KNOWN) book.clear();
    known = { circuits: new Map(), firstTokenMs: null };
    book.set(name, known);
  }
  return known;
}

/** Whether the target may be used by `credential` at `now`: it is sound, or due for a probe. */
export const isHealthy = (tenant: string, target: Target, by: { credential: string; now: number }): boolean =>
  healthOf(book.get(nameOf(tenant, target))?.circuits.get(by.credential) ?? CLOSED, by.now) !== "open";

/** Whether there is a credential by which the target may be used; where none was tried, there is. */
export function isTargetHealthy(tenant: string, target: Target, now: number): boolean {
  const circuits = [...(book.get(nameOf(tenant, target))?.circuits.values() ?? [])];
  return circuits.length === 0 || circuits.some((circuit) => healthOf(circuit, now) !== "open");
}

/** A request is on its way. */
export function noteSent(tenant: string, target: Target, by: { credential: string; now: number }): void {
  const { circuits } = knownOf(tenant, target);
  circuits.set(by.credential, afterSending(circuits.get(by.credential) ?? CLOSED, by.now));
}

/** A request went well, or did not. */
export function noteSign(tenant: string, target: Target, by: { credential: string; sign: Sign; now: number }): void {
  const { circuits } = knownOf(tenant, target);
  circuits.set(by.credential, afterSign(circuits.get(by.credential) ?? CLOSED, by.sign, by.now));
}

/** An answer began `ms` after its request was sent. */
export function noteFirstToken(tenant: string, target: Target, ms: number): void {
  const known = knownOf(tenant, target);
  known.firstTokenMs = known.firstTokenMs === null ? ms : known.firstTokenMs + SMOOTHING * (ms - known.firstTokenMs);
}

export const firstTokenMs = (tenant: string, target: Target): number | null =>
  book.get(nameOf(tenant, target))?.firstTokenMs ?? null;
