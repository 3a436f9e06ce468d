/** Calendars of other time zones. Pure. */

const DAY_MS = 86_400_000;

/** What clocks in `timeZone` show at `at`, as if that were UTC. */
function wallClock(at: number, timeZone: string): Date {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  return new Date(Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")));
}

/** How far clocks in `timeZone` are ahead of UTC at `at`, in milliseconds. */
const aheadMs = (at: number, timeZone: string): number =>
  wallClock(at, timeZone).getTime() - Math.floor(at / 1000) * 1000;

/** The period before the one that begins at `at`, by the calendar of `timeZone`: when it began. */
export function previousStart(at: number, period: "day" | "week" | "month", timeZone: string): number {
  const wall = wallClock(at, timeZone);
  if (period === "month") wall.setUTCMonth(wall.getUTCMonth() - 1);
  else wall.setTime(wall.getTime() - (period === "week" ? 7 : 1) * DAY_MS);
  // Summer time may have begun or ended between: the offset of then counts.
  const near = wall.getTime() - aheadMs(at, timeZone);
  return wall.getTime() - aheadMs(near, timeZone);
}
