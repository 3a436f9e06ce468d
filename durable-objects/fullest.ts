/**
 * Which subject of a limit has used most. It is looked for once, and from then on followed as pots change: a limit may
 * count for as many subjects as there are sessions, and dashboards ask four times a second.
 */
import type { Limit } from "../worker/core/policy.ts";
import { periodIn } from "./pots.ts";
import { roll } from "./rolling.ts";
import type { Pot } from "./rows.ts";

interface Leader {
  pot: Pot;
  /** No other pot of the limit's period has more than this. */
  othersMost: number;
}

/** Finds the two pots of a limit that have most in them, in its present period, the fuller one first. */
export type FindFullest = (limit: Limit, now: number) => readonly Pot[];

export class Fullest {
  readonly #find: FindFullest;
  readonly #leaders = new Map<string, Leader>();

  constructor(find: FindFullest) {
    this.#find = find;
  }

  /** The counters of a pot changed. */
  moved(pot: Pot): void {
    const leader = this.#leaders.get(pot.budget);
    if (!leader) return;
    if (pot.id === leader.pot.id) {
      // Maybe read anew.
      leader.pot = pot;
      return;
    }
    // Of a period that is over: requests that run on settle into it.
    if (pot.startsAt < leader.pot.startsAt) return;
    if (pot.startsAt > leader.pot.startsAt) {
      this.#leaders.delete(pot.budget);
      return;
    }
    const [used, most] = [usedOf(pot), usedOf(leader.pot)];
    leader.othersMost = Math.max(leader.othersMost, Math.min(used, most));
    if (used > most) leader.pot = pot;
  }

  /** The pot of `limit` that has most in it, of the present period; null where there is none. */
  of(limit: Limit, now: number): Pot | null {
    const known = this.#leaders.get(limit.id);
    if (known && isPresent(known.pot, limit, now)) {
      roll(known.pot, now);
      // What others have may only fall while nobody tells of it.
      if (usedOf(known.pot) >= known.othersMost) return known.pot;
    }
    this.#leaders.delete(limit.id);
    const [pot, next] = this.#find(limit, now);
    if (!pot) return null;
    this.#leaders.set(limit.id, { pot, othersMost: next ? usedOf(next) : 0 });
    return pot;
  }

  /** What was followed may not have happened: all is looked for anew. */
  forget(): void {
    this.#leaders.clear();
  }
}

const usedOf = ({ settled, lost, held }: Pot): number => settled + lost + held;

const isPresent = (pot: Pot, limit: Limit, now: number): boolean =>
  now >= pot.startsAt && now < pot.endsAt && pot.id.includes(periodIn(limit));
