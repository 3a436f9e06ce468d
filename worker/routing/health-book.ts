/** What this isolate knows of targets: a circuit for each credential, and how soon they begin to answer. */
import {
  afterSending,
  afterSign,
  type Circuit,
  CLOSED,
  type HealthReport,
  type HealthWord,
  healthOf,
  REPORTED_SIGNS,
  type Sign,
} from "../core/health.ts";
import { spanOf } from "../core/latency.ts";
import type { Target } from "./targets.ts";

/** What is not told to the ledger yet. */
type News = Pick<HealthReport, "attempts" | "failures" | "error"> & {
  signs: Sign[];
  firstBytes: number[];
  lastAt: number;
  isProbing: boolean;
};

interface Known {
  circuit: Circuit;
  /** When this isolate itself last learned something. */
  changedAt: number;
  news: News | null;
}

interface KnownTarget {
  by: Map<string, Known>;
  /** Smoothed; null where no answer was timed. */
  firstTokenMs: number | null;
  /** Measured here, and not only heard of. */
  isMeasured: boolean;
}

interface Book {
  targets: Map<string, { target: Target; known: KnownTarget }>;
  /** What there is news of. */
  fresh: Set<{ target: Target; known: KnownTarget; credential: string }>;
  /** The version of what the ledger told. */
  seen: number;
}

const books = new Map<string, Book>();
/** Model names come from clients: what was known is forgotten where there is too much of it. */
const MAX_KNOWN = 5_000;
/** Reports in one message; what is left goes with the next. */
const MAX_REPORTS = 64;
/** The weight of the newest measurement. */
const SMOOTHING = 0.3;
/** The sandbox's answers say nothing of a provider. */
const SANDBOX = "sandbox";
/** What clients bring are many credentials: that one of them was refused says nothing of the others. */
const CLIENT = "client";

let size = 0;

function bookOf(tenant: string): Book {
  let book = books.get(tenant);
  if (!book) {
    book = { targets: new Map(), fresh: new Set(), seen: 0 };
    books.set(tenant, book);
  }
  return book;
}

const nameOf = ({ provider, model }: Target): string => `${provider}/${model}`;

function knownTarget(tenant: string, { provider, model }: Target): { target: Target; known: KnownTarget } {
  if (size >= MAX_KNOWN) {
    books.clear();
    size = 0;
  }
  const { targets } = bookOf(tenant);
  const name = nameOf({ provider, model });
  let found = targets.get(name);
  if (!found) {
    found = { target: { provider, model }, known: { by: new Map(), firstTokenMs: null, isMeasured: false } };
    targets.set(name, found);
    size++;
  }
  return found;
}

function knownBy({ by }: KnownTarget, credential: string): Known {
  let known = by.get(credential);
  if (!known) {
    known = { circuit: CLOSED, changedAt: 0, news: null };
    by.set(credential, known);
  }
  return known;
}

const find = (tenant: string, target: Target): KnownTarget | undefined =>
  books.get(tenant)?.targets.get(nameOf(target))?.known;

/** Whether the target may be used by `credential` at `now`: it is sound, or due for a probe. */
export const isHealthy = (tenant: string, target: Target, by: { credential: string; now: number }): boolean =>
  healthOf(find(tenant, target)?.by.get(by.credential)?.circuit ?? CLOSED, by.now) !== "open";

/** Whether there is a credential by which the target may be used; where none was tried, there is. */
export function isTargetHealthy(tenant: string, target: Target, now: number): boolean {
  const known = [...(find(tenant, target)?.by.values() ?? [])];
  return known.length === 0 || known.some(({ circuit }) => healthOf(circuit, now) !== "open");
}

/** A request is on its way. */
export function noteSent(tenant: string, target: Target, by: { credential: string; now: number }): void {
  const found = knownTarget(tenant, target);
  const known = knownBy(found.known, by.credential);
  if (healthOf(known.circuit, by.now) !== "half-open") return;
  known.circuit = afterSending(known.circuit, by.now);
  known.changedAt = by.now;
  newsOf(tenant, found, by).isProbing = true;
}

/** A request went well, or did not; `error` is what its attempt's record says then. */
export function noteSign(
  tenant: string,
  target: Target,
  by: { credential: string; sign: Sign; now: number; error?: string },
): void {
  const { credential, sign, now, error } = by;
  if (credential === CLIENT && sign.kind === "refused") return;
  const found = knownTarget(tenant, target);
  const known = knownBy(found.known, credential);
  known.circuit = afterSign(known.circuit, sign, now);
  known.changedAt = now;
  const news = newsOf(tenant, found, by);
  news.attempts++;
  news.isProbing = false;
  if (sign.kind !== "success") {
    news.failures++;
    news.error = error ?? null;
  }
  news.signs.push(sign);
  if (news.signs.length > REPORTED_SIGNS) news.signs.shift();
}

/** The head of an answer came `ms` after its request was sent. */
export function noteFirstByte(
  tenant: string,
  target: Target,
  by: { credential: string; now: number; ms: number },
): void {
  const { firstBytes } = newsOf(tenant, knownTarget(tenant, target), by);
  const span = spanOf(by.ms);
  while (firstBytes.length <= span) firstBytes.push(0);
  firstBytes[span] = (firstBytes[span] ?? 0) + 1;
}

/** An answer began `ms` after its request was sent. */
export function noteFirstToken(tenant: string, target: Target, ms: number): void {
  const { known } = knownTarget(tenant, target);
  const before = known.isMeasured ? known.firstTokenMs : null;
  known.firstTokenMs = before === null ? ms : before + SMOOTHING * (ms - before);
  known.isMeasured = true;
}

export const firstTokenMs = (tenant: string, target: Target): number | null =>
  find(tenant, target)?.firstTokenMs ?? null;

/** What the next message to the ledger tells of health, and which version of the ledger's word is known. */
export function takeNews(tenant: string, now: number): { seen: number; reports: HealthReport[] } {
  const book = books.get(tenant);
  const reports: HealthReport[] = [];
  if (!book) return { seen: 0, reports };
  for (const one of book.fresh) {
    if (reports.length >= MAX_REPORTS) break;
    book.fresh.delete(one);
    const { target, known, credential } = one;
    const of = known.by.get(credential);
    if (!of?.news) continue;
    const { lastAt, ...news } = of.news;
    of.news = null;
    reports.push({ ...target, credential, ...news, agoMs: Math.max(0, now - lastAt), firstTokenMs: ownTokenMs(known) });
  }
  return { seen: book.seen, reports };
}

/** Takes what the ledger told in answer to a message of `sentAt`; what was learned here since then is newer. */
export function takeWords(
  tenant: string,
  told: { version: number; words: readonly HealthWord[] },
  clock: { sentAt: number; now: number },
): void {
  const book = bookOf(tenant);
  book.seen = Math.max(book.seen, told.version);
  for (const { credential, openForMs, opened, firstTokenMs: tokenMs, ...target } of told.words) {
    const { known } = knownTarget(tenant, target);
    if (!known.isMeasured && tokenMs !== null) known.firstTokenMs = tokenMs;
    const of = knownBy(known, credential);
    if (of.changedAt > clock.sentAt) continue;
    if (openForMs !== null) of.circuit = { ...of.circuit, openUntil: clock.now + openForMs, opened, probeUntil: 0 };
    else if (of.circuit.openUntil > 0) of.circuit = CLOSED;
  }
}

const ownTokenMs = ({ isMeasured, firstTokenMs: ms }: KnownTarget): number | null => (isMeasured ? ms : null);

function newsOf(
  tenant: string,
  { target, known }: { target: Target; known: KnownTarget },
  by: { credential: string; now: number },
): News {
  const of = knownBy(known, by.credential);
  if (!of.news) {
    of.news = { signs: [], attempts: 0, failures: 0, error: null, firstBytes: [], lastAt: by.now, isProbing: false };
    if (by.credential !== SANDBOX) bookOf(tenant).fresh.add({ target, known, credential: by.credential });
  }
  of.news.lastAt = by.now;
  return of.news;
}
