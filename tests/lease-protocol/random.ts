/** Random numbers that a seed repeats. */
export interface Random {
  chance(probability: number): boolean;
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** A number in [0, 1). */
  next(): number;
}

/** A small linear congruential generator, scrambled: ample for choosing what happens next. */
export function randomFrom(seed: number): Random {
  let state = BigInt(seed) * 2_654_435_761n + 1_442_695_040_888_963_407n;
  const next = () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn;
    const high = Number(state >> 32n);
    return ((high ^ (high >>> 15)) >>> 0) / 2 ** 32;
  };
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
