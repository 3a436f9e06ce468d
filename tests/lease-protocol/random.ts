/** Random numbers that a seed repeats. */
export interface Random {
  chance(probability: number): boolean;
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** A number in [0, 1). */
  next(): number;
}

/** Decisions from a list, which a property's shrinking shortens and lowers; where it ends, those of a seed. */
export function randomFromList(choices: readonly number[]): Random {
  const rest = randomFrom(choices.length);
  let at = 0;
  return randomBy(() => choices[at++] ?? rest.next());
}

/** A small linear congruential generator, scrambled: ample for choosing what happens next. */
export function randomFrom(seed: number): Random {
  let state = BigInt(seed) * 2_654_435_761n + 1_442_695_040_888_963_407n;
  const next = () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn;
    const high = Number(state >> 32n);
    return ((high ^ (high >>> 15)) >>> 0) / 2 ** 32;
  };
  return randomBy(next);
}

function randomBy(next: () => number): Random {
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new RangeError("nothing to pick from");
      return item;
    },
  };
}
