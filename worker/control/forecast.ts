/**
 * What a period is expected to cost in the end.
 *
 * Each day that is left is expected to cost what its day of the week cost of late: the mean of those days in the last
 * eight weeks, each counting half of the same day two weeks later. A day of the week that was seen less than twice is
 * taken for the mean of all days. What is left of today is expected to cost its part of such a day. The range holds four
 * of five outcomes, if the days stray from their means as they did before: by √n for n days that stray each on its own,
 * and by n for the means themselves, which are known only as well as the days that they are of.
 */

export const DAY_MS = 86_400_000;
/** Of complete days before today. */
export const HISTORY_DAYS = 56;
const HALF_LIFE_DAYS = 14;
/** Fewer complete days tell nothing of a week: the pace of the period so far is all there is. */
const LEAST_DAYS = 3;
const LEAST_OF_WEEKDAY = 2;
/** Four of five outcomes of a normal distribution lie within so many deviations. */
const DEVIATIONS = 1.2816;

/** The cost of a UTC day; days without any cost nothing, and are among them. */
export interface DayCost {
  /** When it begins: milliseconds since the epoch. */
  day: number;
  costNanos: number;
}

export interface Forecast {
  /** `history`: by days of the week; `pace`: by the period so far, there being too few days; `done`: nothing is left. */
  basis: "history" | "pace" | "done";
  /** Whole nanodollars. */
  expected: number;
  low: number;
  high: number;
  /** Complete days that it is by. */
  days: number;
}

/** `spent` so far in `[startsAt, endsAt)`, with the complete days before today in any order. */
export function forecast(course: {
  startsAt: number;
  endsAt: number;
  now: number;
  spent: number;
  history: readonly DayCost[];
}): Forecast {
  const { startsAt, endsAt, now, spent, history } = course;
  if (now >= endsAt) return { basis: "done", expected: spent, low: spent, high: spent, days: history.length };
  if (history.length < LEAST_DAYS) {
    // The pace so far; nothing says how far it may stray, so that the range is from none of it to twice.
    const ahead = now > startsAt ? (spent / (now - startsAt)) * (endsAt - now) : 0;
    return { basis: "pace", ...rangeOf(spent, ahead, ahead), days: history.length };
  }
  const today = startOfDay(now);
  const weighed = history.map(({ day, costNanos }) => ({
    weekday: weekdayOf(day),
    costNanos,
    weight: 0.5 ** ((today - day) / DAY_MS / HALF_LIFE_DAYS),
  }));
  const overall = meanOf(weighed);
  const means = Array.from({ length: 7 }, (_, weekday) => {
    const same = weighed.filter((each) => each.weekday === weekday);
    return same.length < LEAST_OF_WEEKDAY ? overall : meanOf(same);
  });
  const meanAt = (day: number): number => means[weekdayOf(day)] ?? overall;
  // Days that count less are worth fewer, and the seven means were fitted to them.
  const worth = worthOf(weighed);
  const fitted = Math.min(7, worth / 2);
  const strayed = meanOf(
    weighed.map((each) => ({ ...each, costNanos: (each.costNanos - (means[each.weekday] ?? overall)) ** 2 })),
  );
  let ahead = 0;
  let daysLeft = 0;
  for (let day = today; day < endsAt; day += DAY_MS) {
    const part = (Math.min(day + DAY_MS, endsAt) - Math.max(day, now)) / DAY_MS;
    ahead += part * meanAt(day);
    daysLeft += part;
  }
  const variance = (strayed * worth) / (worth - fitted);
  const deviation = Math.sqrt(variance * (daysLeft + daysLeft ** 2 / worth));
  return { basis: "history", ...rangeOf(spent, ahead, DEVIATIONS * deviation), days: history.length };
}

export const startOfDay = (time: number): number => time - (((time % DAY_MS) + DAY_MS) % DAY_MS);

/** 0 for the epoch's own, a Thursday. */
const weekdayOf = (day: number): number => Math.round(day / DAY_MS) % 7;

/** An estimate, and so the one place where money is a float: what comes out is rounded, and nothing is booked by it. */
function rangeOf(spent: number, ahead: number, spread: number): Pick<Forecast, "expected" | "low" | "high"> {
  return {
    expected: spent + Math.round(ahead),
    // What is spent is spent.
    low: spent + Math.round(Math.max(0, ahead - spread)),
    high: spent + Math.round(ahead + spread),
  };
}

/** How many days of full weight would tell as much. */
function worthOf(each: readonly { weight: number }[]): number {
  const sum = each.reduce((weights, { weight }) => weights + weight, 0);
  return sum ** 2 / each.reduce((squares, { weight }) => squares + weight ** 2, 0);
}

function meanOf(each: readonly { costNanos: number; weight: number }[]): number {
  const weights = each.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : each.reduce((sum, { costNanos, weight }) => sum + costNanos * weight, 0) / weights;
}
