import { formatTime, formatUtc, isToday } from "../../lib/format.ts";

/** When a row happened: by the clock; before today by the day, with the clock where the table has room for both. */
export function TimeCell({ time }: { time: string }) {
  const [day, clock] = formatTime(time).split(", ");
  return (
    <time dateTime={time} title={formatUtc(time)} className="text-ink-2">
      {day}
      {!isToday(new Date(time)) && <span className="hidden @2xl:inline">, {clock}</span>}
    </time>
  );
}
