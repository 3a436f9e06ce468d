/** How figures read, on every page alike. Pure: a number in, text out; the locale's own for times alone. */

const NANOS_PER_CENT = 1e7;
const NOTHING = "–";
/** Made once: a page has hundreds of figures, and what `toLocaleString` makes anew for each takes longer than to draw them. */
const NUMBER = new Intl.NumberFormat("en-US");
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

/** Group digits by thousands: `182440` → `182,440`. */
export const formatCount = (count: number): string => NUMBER.format(Math.round(count));

/** A count with what is counted: `1 request`, `182,440 requests`. */
export const formatPlural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/**
 * Nanodollars as dollars. From a cent on: cents, `$1,284.20`. Below a cent: all significant digits, `$0.000412`.
 * Null, a cost that is not known, is a dash and never `$0`.
 */
export function formatUsd(nanos: number | null): string {
  if (nanos === null) return NOTHING;
  if (nanos === 0) return "$0.00";
  const sign = nanos < 0 ? "-" : "";
  const size = Math.abs(nanos);
  if (size >= NANOS_PER_CENT) {
    const cents = Math.round(size / NANOS_PER_CENT);
    return `${sign}$${NUMBER.format(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, "0")}`;
  }
  return `${sign}$0.${size.toString().padStart(9, "0").replace(/0+$/, "")}`;
}

/** All nine decimals, for titles: `$0.000412000`. */
export function formatUsdExact(nanos: number | null): string {
  if (nanos === null) return "Not known";
  const digits = Math.abs(nanos).toString().padStart(10, "0");
  return `${nanos < 0 ? "-" : ""}$${NUMBER.format(Number(digits.slice(0, -9)))}.${digits.slice(-9)}`;
}

/** Dollars for an axis: short, `$1.2k`, `$0.5`, `$0.0002`. */
export function formatUsdShort(nanos: number): string {
  const usd = nanos / 1e9;
  if (usd === 0) return "$0";
  if (Math.abs(usd) >= 1000) return `$${short(usd)}`;
  return `$${Number(usd.toPrecision(3))
    .toFixed(9)
    .replace(/\.?0+$/, "")}`;
}

/** Large counts, short with a unit: `42.1 M`, `11.9 k`; below ten thousand the number itself. */
export function formatTokens(count: number): string {
  if (Math.abs(count) < 10_000) return formatCount(count);
  const [size, unit] = scaled(count);
  return `${size} ${unit}`;
}

/** A count for an axis: `1.2k`, `40`. */
export const formatCountShort = (count: number): string => short(count);

/** Milliseconds: `1.2 ms`, `430 ms`, `2.4 s`, `3 min 5 s`, `16 h 7 min`. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A share between 0 and 1: `0.31 %`, `24 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0 %";
  if (Math.abs(percent) < 0.01) return "< 0.01 %";
  return `${Math.abs(percent) < 10 ? Number(percent.toFixed(percent < 1 ? 2 : 1)) : Math.round(percent)} %`;
}

export interface Delta {
  direction: "up" | "down" | "same";
  text: string;
}

/** How `now` compares with `before`; null where there is nothing to compare with. */
export function deltaOf(now: number, before: number): Delta | null {
  if (before === 0) return null;
  const change = (now - before) / before;
  if (Math.abs(change) < 0.0005) return { direction: "same", text: "0 %" };
  const direction = change > 0 ? "up" : "down";
  // Past ten times, a factor says more than a four-digit percentage; past a hundred, there was next to nothing before.
  const times = change > 99 ? "> 100×" : `${Math.round(change + 1)}×`;
  return { direction, text: change > 9 ? times : formatPercent(Math.abs(change)) };
}

/** Local wall-clock time of a record: `12:04:11`, with the day before it where that is not today. */
export function formatTime(iso: string, now: Date = new Date()): string {
  const time = new Date(iso);
  const clock = CLOCK.format(time);
  return isToday(time, now) ? clock : `${formatDay(time, now)}, ${clock}`;
}

/** Whether `time` is of the same local day as `now`. */
export const isToday = (time: Date, now: Date = new Date()): boolean => time.toDateString() === now.toDateString();

/** `24 Nov`, and the year where it is another one. */
export function formatDay(time: Date, now: Date = new Date(), timeZone?: string): string {
  const year = time.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return time.toLocaleDateString("en-GB", { day: "numeric", month: "short", year, timeZone });
}

/** UTC for titles, next to a local time: `2026-11-23 10:00:00.000 UTC`. */
export const formatUtc = (iso: string): string => `${iso.replace("T", " ").replace("Z", "")} UTC`;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `3 days ago`, `in 5 hours`, `just now`. */
export function formatRelative(iso: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 0 ? "in under a minute" : "just now";
}

function scaled(count: number): [string, string] {
  for (const [size, unit] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    // 999,950 would round to "1000.0 k".
    if (Math.abs(count) >= size * 0.99995) return [(count / size).toFixed(1), unit];
  }
  return [String(count), ""];
}

function short(count: number): string {
  if (Math.abs(count) < 1000) return String(Number(count.toPrecision(3)));
  const [size, unit] = scaled(count);
  return `${size.replace(/\.0$/, "")}${unit}`;
}
