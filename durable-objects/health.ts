/**
 * What all isolates of a tenant saw of its providers: a circuit for each model by each credential, folded from their
 * reports, and told to the others with the answers that they get anyway. In memory, with a copy for the next instance:
 * it is advice, and no request waits for it.
 */
import {
  afterSign,
  type Circuit,
  CLOSED,
  type HealthReport,
  type HealthSubject,
  type HealthWord,
  healthOf,
  nameOfSubject,
  PROBE_MS,
} from "../worker/core/health.ts";
import type { HealthView } from "../worker/core/health-view.ts";
import { parseJson } from "../worker/core/json.ts";
import { percentileMs } from "../worker/core/latency.ts";

interface Slot {
  attempts: number;
  failures: number;
  /** How many answers began within which span of `latency.ts`. */
  firstBytes: number[];
}

interface Subject extends HealthSubject {
  circuit: Circuit;
  /** Since when its circuit is closed, or is not; null while it never opened. */
  since: number | null;
  lastError: { error: string | null; at: number } | null;
  /** By minutes since the epoch. */
  slots: Record<number, Slot>;
  firstTokenMs: number | null;
  /** As it was last told. */
  toldTokenMs: number | null;
  heardAt: number;
  /** The version that it last changed in, and the wallet that knew it first. */
  version: number;
  by: string;
  /** Who may probe it, in turn: the wallet that saw it open, then those that were told. */
  turns: string[];
}

/** Names of models come from clients: what was not heard of for longest is forgotten. */
const MOST_SUBJECTS = 300;
/** The window of error rates and times, and its parts. */
export const HEALTH_WINDOW_MS = 300_000;
const SLOT_MS = 60_000;
/** Each further isolate waits so much longer for its probe, so that one may tell the others; the third and all later ones alike. */
const TURN_MS = 3_000;
const MOST_TURNS = 3;
/** A time to the first token is told anew where it moved by a quarter. */
const MOVED_SHARE = 0.25;
/** What was not heard of for a day is forgotten. */
const FORGET_MS = 86_400_000;

export class HealthDesk {
  readonly #subjects = new Map<string, Subject>();
  /** Counts changes that others should hear of. Begins with the time, so that it only grows over all instances. */
  #version: number;
  /** Whether there is something that the copy does not have. */
  isDirty = false;

  /** `copy` is what `text` gave. */
  constructor(copy: string | null, now: number) {
    this.#version = now;
    const subjects = copy === null ? null : parseJson(copy);
    if (!Array.isArray(subjects)) return;
    for (const subject of subjects as Subject[]) {
      this.#subjects.set(nameOfSubject(subject), { ...subject, version: now, by: "", turns: [] });
    }
  }

  /** The copy for the next instance. */
  text(): string {
    this.isDirty = false;
    return JSON.stringify([...this.#subjects.values()]);
  }

  /** Takes what `wallet` saw. Answers the subjects whose state changed. */
  hear(wallet: string, reports: readonly HealthReport[], now: number): HealthView[] {
    const changed: Subject[] = [];
    for (const report of reports) {
      const subject = this.#subjectOf(report, now);
      const before = subject.circuit;
      this.#fold(subject, report, now);
      if (subject.circuit.openUntil > 0 && report.isProbing) {
        subject.circuit = { ...subject.circuit, probeUntil: now + PROBE_MS };
      }
      const { openUntil, probeUntil } = subject.circuit;
      if (openUntil !== before.openUntil) subject.turns = [wallet];
      if (openUntil !== before.openUntil || probeUntil !== before.probeUntil) this.#moved(subject, wallet);
      if (openUntil > 0 !== before.openUntil > 0) {
        subject.since = now;
        changed.push(subject);
      }
      this.isDirty = true;
    }
    return changed.map((subject) => viewOf(subject, now));
  }

  /** What `wallet`, which knows all up to the version `seen`, has not heard yet. */
  tell(wallet: string, seen: number, now: number): { version: number; words: HealthWord[] } | undefined {
    if (seen >= this.#version) return undefined;
    const words: HealthWord[] = [];
    for (const subject of this.#subjects.values()) {
      if (subject.version <= seen || (subject.by === wallet && seen > 0)) continue;
      if (seen === 0 && subject.circuit.openUntil === 0 && subject.firstTokenMs === null) continue;
      words.push(wordFor(subject, wallet, now));
    }
    return words.length > 0 ? { version: this.#version, words } : undefined;
  }

  /** All that was heard of, by name. */
  view(now: number): HealthView[] {
    const names = [...this.#subjects.keys()].sort();
    return names.flatMap((name) => {
      const subject = this.#subjects.get(name);
      return subject && subject.heardAt > now - FORGET_MS ? [viewOf(subject, now)] : [];
    });
  }

  #subjectOf(report: HealthReport, now: number): Subject {
    const name = nameOfSubject(report);
    let subject = this.#subjects.get(name);
    if (!subject) {
      if (this.#subjects.size >= MOST_SUBJECTS) this.#forgetOldest();
      const { provider, model, credential } = report;
      subject = {
        ...{ provider, model, credential, circuit: CLOSED, since: null, lastError: null, slots: {} },
        ...{ firstTokenMs: null, toldTokenMs: null, heardAt: now, version: 0, by: "", turns: [] },
      };
      this.#subjects.set(name, subject);
    }
    subject.heardAt = now;
    return subject;
  }

  #forgetOldest(): void {
    let oldest: [string, Subject] | null = null;
    for (const entry of this.#subjects) if (!oldest || entry[1].heardAt < oldest[1].heardAt) oldest = entry;
    if (oldest) this.#subjects.delete(oldest[0]);
  }

  #fold(subject: Subject, report: HealthReport, now: number): void {
    const at = now - Math.min(report.agoMs, HEALTH_WINDOW_MS);
    for (const sign of report.signs) subject.circuit = afterSign(subject.circuit, sign, at);
    if (report.failures > 0) subject.lastError = { error: report.error, at };
    const number = Math.floor(now / SLOT_MS);
    const slot = subject.slots[number] ?? { attempts: 0, failures: 0, firstBytes: [] };
    slot.attempts += report.attempts;
    slot.failures += report.failures;
    for (const [span, count] of report.firstBytes.entries()) {
      slot.firstBytes[span] = (slot.firstBytes[span] ?? 0) + count;
    }
    subject.slots[number] = slot;
    for (const old of Object.keys(subject.slots)) {
      if (Number(old) <= number - HEALTH_WINDOW_MS / SLOT_MS) delete subject.slots[Number(old)];
    }
    const { firstTokenMs } = report;
    if (firstTokenMs === null) return;
    subject.firstTokenMs = firstTokenMs;
    const { toldTokenMs } = subject;
    if (toldTokenMs !== null && Math.abs(firstTokenMs - toldTokenMs) <= toldTokenMs * MOVED_SHARE) return;
    subject.toldTokenMs = firstTokenMs;
    this.#moved(subject, "");
  }

  #moved(subject: Subject, by: string): void {
    subject.version = ++this.#version;
    subject.by = by;
  }
}

function wordFor(subject: Subject, wallet: string, now: number): HealthWord {
  const { provider, model, credential, circuit, firstTokenMs } = subject;
  let openForMs: number | null = null;
  if (circuit.openUntil > 0) {
    if (!subject.turns.includes(wallet) && subject.turns.length < MOST_TURNS) subject.turns.push(wallet);
    const turn = subject.turns.indexOf(wallet);
    const after = (turn < 0 ? MOST_TURNS : turn) * TURN_MS;
    openForMs = Math.max(0, circuit.openUntil + after - now, circuit.probeUntil - now);
  }
  return { provider, model, credential, openForMs, opened: circuit.opened, firstTokenMs };
}

function viewOf(subject: Subject, now: number): HealthView {
  const { provider, model, credential, circuit, since, lastError, heardAt, firstTokenMs } = subject;
  let [attempts, failures] = [0, 0];
  const firstBytes: number[] = [];
  for (const [number, slot] of Object.entries(subject.slots)) {
    if (Number(number) <= Math.floor(now / SLOT_MS) - HEALTH_WINDOW_MS / SLOT_MS) continue;
    attempts += slot.attempts;
    failures += slot.failures;
    for (const [span, count] of slot.firstBytes.entries()) firstBytes[span] = (firstBytes[span] ?? 0) + count;
  }
  return {
    ...{ provider, model, credential, since, lastError, heardAt, attempts, failures, firstTokenMs },
    // Nobody asked it since its pause: it is as it will be for whoever asks first.
    state: circuit.openUntil > 0 && circuit.probeUntil > now ? "half-open" : healthOf(circuit, now),
    openUntil: circuit.openUntil > now ? circuit.openUntil : null,
    firstByteMs: percentileMs(firstBytes, 0.5),
  };
}
