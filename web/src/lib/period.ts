/** The spans that the overview offers, and the equally long span before each, to compare with. */

export const PERIODS = ["24h", "7d", "30d", "90d"] as const;
export type PeriodName = (typeof PERIODS)[number];

export const PERIOD_LABEL: Record<PeriodName, string> = {
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Span {
  /** The step of the chart, and what the API groups by. */
  step: "hour" | "day";
  /** Starts of all steps, in milliseconds since the epoch, the running one included. */
  steps: number[];
  /** How many milliseconds lie between a step and its counterpart in the span before. */
  shiftMs: number;
  from: string;
  previousFrom: string;
  /** The same part of the span before has gone by as of this one: a running day is not compared with a whole one. */
  previousTo: string;
}

/** The span that `period` names at `now`. Roll-ups are by hour in UTC, so days are UTC days. */
export function spanOf(period: PeriodName, now: number): Span {
  const stepMs = period === "24h" ? HOUR : DAY;
  const count = period === "24h" ? 24 : Number.parseInt(period, 10);
  const last = Math.floor(now / stepMs) * stepMs;
  const first = last - (count - 1) * stepMs;
  const shiftMs = count * stepMs;
  const elapsed = Math.ceil((now + 1) / HOUR) * HOUR - first;
  return {
    step: stepMs === HOUR ? "hour" : "day",
    steps: Array.from({ length: count }, (_, i) => first + i * stepMs),
    shiftMs,
    from: new Date(first).toISOString(),
    previousFrom: new Date(first - shiftMs).toISOString(),
    previousTo: new Date(first - shiftMs + elapsed).toISOString(),
  };
}

const UTC_DAY = { day: "numeric", month: "short", timeZone: "UTC" } as const;
/** Made once: a chart names up to ninety steps twice, and making a format takes longer than to draw the chart. */
const NAMES = {
  clock: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }),
  localDay: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }),
  day: new Intl.DateTimeFormat("en-GB", UTC_DAY),
  weekday: new Intl.DateTimeFormat("en-GB", { ...UTC_DAY, weekday: "short" }),
};

/** A step's name, short for an axis and whole for a tip. Days are UTC days, as the bill's are; hours are shown in local time. */
export function stepLabel(start: number, step: Span["step"]): { axis: string; full: string } {
  if (step === "hour") {
    const clock = NAMES.clock.format(start);
    return { axis: clock, full: `${NAMES.localDay.format(start)}, ${clock}` };
  }
  return { axis: NAMES.day.format(start), full: `${NAMES.weekday.format(start)} (UTC)` };
}
