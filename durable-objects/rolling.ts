/**
 * Rolling periods: what counts is what was settled in the last hour, day or month, at every moment. It is kept in slots
 * of a sixtieth of the period, and the oldest counts until all of it is past: at most a sixtieth longer than it must.
 */
import type { Limit } from "../worker/core/policy.ts";
import type { Pot, Slot } from "./rows.ts";

const SLOTS = 60;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PERIOD_MS: Readonly<Record<Limit["period"], number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  total: 0,
};

/** The length of a slot; 0 where the limit's period does not roll. */
export const slotMsOf = ({ rolling, period }: Limit): number => (rolling ? PERIOD_MS[period] / SLOTS : 0);

/** The length of a pot's rolling period; 0 for a calendar period. */
export const rollMsOf = ({ slotMs }: Pot): number => slotMs * SLOTS;

/** When what is in a slot counts no more. */
const fallsAt = (pot: Pot, slot: Slot): number => (slot.number + 1 + SLOTS) * pot.slotMs;

/** Drops what counts no more. */
export function roll(pot: Pot, now: number): void {
  for (let slot = pot.slots[0]; slot && fallsAt(pot, slot) <= now; slot = pot.slots[0]) {
    pot.settled -= slot.settled;
    pot.lost -= slot.lost;
    pot.before -= slot.settled + slot.lost;
    pot.slots.shift();
  }
}

/** Counts `amount` that was settled, or lost, at `at`. A negative one takes back what of it still counts. */
export function count(pot: Pot, as: "settled" | "lost", what: { amount: number; at: number }): void {
  const { amount, at } = what;
  if (amount === 0) return;
  if (pot.slotMs === 0) {
    pot[as] += amount;
    return;
  }
  const number = Math.floor(at / pot.slotMs);
  let place = pot.slots.length;
  while (place > 0 && (pot.slots[place - 1]?.number ?? 0) >= number) place--;
  let slot = pot.slots[place];
  if (slot?.number !== number) {
    if (amount < 0) return;
    slot = { number, settled: 0, lost: 0 };
    pot.slots.splice(place, 0, slot);
  }
  slot[as] += amount;
  pot[as] += amount;
}

/** When the oldest of what counts falls out; null where nothing counts. */
export function nextFall(pot: Pot): number | null {
  const oldest = pot.slots.find(({ settled, lost }) => settled + lost > 0);
  return oldest ? fallsAt(pot, oldest) : null;
}

/** When the last of what counts falls out. */
export function lastFall(pot: Pot): number {
  const newest = pot.slots.at(-1);
  return newest ? fallsAt(pot, newest) : 0;
}
