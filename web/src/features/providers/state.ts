/** What is known of a provider's health, in words. Pure. */
import type { ProviderStatus } from "../../api/types.ts";
import type { Tone } from "../../components/ui/badge.tsx";
import { formatPercent } from "../../lib/format.ts";

export interface Mood {
  tone: Tone;
  text: string;
  title: string;
}

const MOODS: Record<ProviderStatus["state"], Mood> = {
  closed: { tone: "ok", text: "Well", title: "It is used." },
  open: { tone: "bad", text: "Left alone", title: "It failed of late: requests go elsewhere for a moment." },
  "half-open": { tone: "warn", text: "To be tried", title: "The next request finds out whether it is well again." },
};
const UNUSED: Mood = { tone: "neutral", text: "Not used", title: "No request in the last day." };
const FAILING: Mood = { tone: "warn", text: "Failing", title: "It is used, but a tenth of its requests or more fail." };

/** From which share of failures on it is worth a warning, though it is used. */
const FAILING_FROM = 0.1;

export const moodOf = (one: ProviderStatus): Mood =>
  one.state === "closed" && (one.error_rate ?? 0) >= FAILING_FROM ? FAILING : MOODS[one.state];

/** The mood of several together: the worst of them, and how many are so. */
export function moodOfAll(all: readonly ProviderStatus[]): Mood {
  const worst = (["open", "half-open"] as const).find((state) => all.some((one) => one.state === state));
  if (worst !== undefined) {
    const count = all.filter(({ state }) => state === worst).length;
    const { text, ...mood } = MOODS[worst];
    return { ...mood, text: count === all.length ? text : `${text}: ${count} of ${all.length}` };
  }
  if (all.length === 0) return UNUSED;
  return all.map(moodOf).find((mood) => mood === FAILING) ?? MOODS.closed;
}

/** `4.2 %` of so many; a dash where there were none. */
export const errorRateOf = ({ error_rate }: ProviderStatus): string =>
  error_rate === null ? "–" : formatPercent(error_rate);

const ERRORS: Record<string, string> = {
  "401": "credential refused",
  "402": "not paid",
  "403": "not allowed",
  "404": "no such model",
  "408": "timeout",
  "429": "rate limit",
  "500": "server error",
  "502": "bad gateway",
  "503": "unavailable",
  "504": "timeout",
  "529": "overloaded",
  upstream_timeout: "no answer in time",
  upstream_unreachable: "no answer",
  truncated: "answer cut",
  error: "error in its answer",
};

/** `503, unavailable`. */
export function errorWords(error: string | null): string {
  if (error === null) return "error";
  const words = ERRORS[error];
  if (/^\d+$/.test(error)) return words ? `${error}, ${words}` : error;
  return words ?? error;
}

/** Whose credential: its name, or who brings it. */
export function credentialName(id: string, names: ReadonlyMap<string, string>): string {
  if (id === "operator") return "the operator's";
  if (id === "client") return "the client's own";
  return names.get(id) ?? "removed";
}
