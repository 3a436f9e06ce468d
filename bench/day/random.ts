/** Chance that is the same in every run. */

export interface Random {
  /** From 0 until before 1. */
  next(): number;
  /** Whole, both ends included. */
  between(least: number, most: number): number;
  chance(part: number): boolean;
  pick<T>(all: readonly [T, ...T[]]): T;
}

/** mulberry32: 32 bits of state, even enough for a mix of traffic. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (part) => next() < part,
    pick: (all) => all[Math.floor(next() * all.length)] ?? all[0],
  };
}

const WORDS =
  "the order was sent on time but our new account team has to check each item before it can be paid and shipped to a store in another city while users wait for their report about last week and ask why some of it is late when all other work went well".split(
    " ",
  );

/** About `tokens` tokens of text that nobody has read before. */
export function prose(random: Random, tokens: number): string {
  const words: string[] = [];
  for (let chars = 0; chars < tokens * 4; ) {
    const word = WORDS[random.between(0, WORDS.length - 1)] ?? "";
    words.push(word);
    chars += word.length + 1;
  }
  return words.join(" ");
}
