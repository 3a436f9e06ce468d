/**
 * Whether a budget is expected to run out before its period ends.
 *
 * Two straight lines are drawn to the period's end, and both have to end above the limit: one by the average since the
 * period began, one by the pace of late (since a checkpoint at least an eighth of the period old). A burst long ago lifts
 * the first alone, a burst of just now the second alone; neither makes an alarm. Nothing is said before a quarter of the
 * period has passed. A period without an end has no forecast.
 */

/** What was spent by a time. */
export interface Checkpoint {
  at: number;
  spent: number;
}

export interface Course {
  startsAt: number;
  /** Infinity for a period that never ends. */
  endsAt: number;
  limit: number;
  spent: number;
  now: number;
  /** In the order of time, at most one for each part of the period. */
  checkpoints: readonly Checkpoint[];
}

const PARTS = 8;
const LEAST_PARTS = 2;

/** Which part of its period, from 0, `now` lies in; null for a period without an end. */
export function partOf({ startsAt, endsAt, now }: Pick<Course, "startsAt" | "endsAt" | "now">): number | null {
  if (endsAt === Number.POSITIVE_INFINITY || now < startsAt || now >= endsAt) return null;
  return Math.floor(((now - startsAt) * PARTS) / (endsAt - startsAt));
}

/** What is expected to be spent by the period's end, where that is above the limit; else null. */
export function expectedExcess(course: Course): number | null {
  const { startsAt, endsAt, limit, spent, now, checkpoints } = course;
  const part = partOf(course);
  // What is over already needs no forecast.
  if (part === null || part < LEAST_PARTS || spent >= limit) return null;
  const since = checkpoints.findLast(({ at }) => at <= now - (endsAt - startsAt) / PARTS);
  if (!since) return null;
  const left = endsAt - now;
  const byAverage = spent + extended(spent, now - startsAt, left);
  const byPace = spent + extended(spent - since.spent, now - since.at, left);
  const expected = Math.min(byAverage, byPace);
  return expected > limit ? expected : null;
}

/** What `amount` in `ms` comes to in `leftMs`, rounded down: whole nanodollars, since floats never touch money. */
const extended = (amount: number, ms: number, leftMs: number): number =>
  Number((BigInt(amount) * BigInt(leftMs)) / BigInt(ms));
