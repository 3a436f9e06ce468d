/** Calendar periods in a budget's own time zone. */
import type { Limit } from "../worker/core/policy.ts";

/** A period as `[startsAt, endsAt)`, in milliseconds since the epoch; `total` ends at Infinity. */
export interface Span {
  startsAt: number;
  endsAt: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The period of kind `period` that `now` lies in, by the calendar of `timezone` (IANA; UTC where unknown). */
export function periodAt(period: Limit["period"], timezone: string, now: number): Span {
  if (period === "total") return { startsAt: 0, endsAt: Number.POSITIVE_INFINITY };
  const local = localTime(timezone, now);
  if (period === "hour" || period === "minute") {
    const lengthMs = period === "hour" ? HOUR_MS : MINUTE_MS;
    // Counted back from now, not from a wall clock that may show the same hour twice.
    const startsAt = now - (((local % lengthMs) + lengthMs) % lengthMs);
    return { startsAt, endsAt: startsAt + lengthMs };
  }
  const date = new Date(local);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (period) {
    case "day":
      return between(timezone, Date.UTC(year, month, day), Date.UTC(year, month, day + 1));
    case "week": {
      const monday = day - ((date.getUTCDay() + 6) % 7);
      return between(timezone, Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7));
    }
    case "month":
      return between(timezone, Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1));
  }
}

const between = (timezone: string, from: number, to: number): Span => ({
  startsAt: firstInstant(timezone, from),
  endsAt: firstInstant(timezone, to),
});

/**
 * The first instant whose wall clock in `timezone` shows `local` (a wall clock written as if it were UTC) or later.
 * Midnight can come twice, or not at all, where summer time begins or ends at midnight.
 */
function firstInstant(timezone: string, local: number): number {
  // No offset changes twice within a day on both sides.
  const earlier = local - (localTime(timezone, local - DAY_MS) - (local - DAY_MS));
  const later = local - (localTime(timezone, local + DAY_MS) - (local + DAY_MS));
  const exact = [earlier, later].filter((at) => localTime(timezone, at) === local);
  if (exact.length > 0) return Math.min(...exact);
  let [before, after] = [Math.min(earlier, later) - 1, Math.max(earlier, later)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (localTime(timezone, middle) >= local) after = middle;
    else before = middle;
  }
  return after;
}

/** What a wall clock in `timezone` shows at `at`, written as if it were UTC. */
function localTime(timezone: string, at: number): number {
  const fields: Record<string, number> = {};
  for (const part of formatOf(timezone).formatToParts(at)) fields[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  const milliseconds = ((at % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = newFormat(timezone);
    formats.set(timezone, format);
  }
  return format;
}

function newFormat(timezone: string): Intl.DateTimeFormat {
  const digits = "2-digit";
  const options = {
    year: "numeric",
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
  } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, hourCycle: "h23", timeZone: timezone });
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...options, hourCycle: "h23", timeZone: "UTC" });
  }
}
