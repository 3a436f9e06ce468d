/** Who has used most of a limit: followed in memory, and never another than the database would name. */
import { expect, test } from "vitest";
import { sampleBudget } from "../worker/core/samples.ts";
import { Fullest } from "./fullest.ts";
import type { Pot } from "./rows.ts";

const DAY_MS = 86_400_000;
const LIMIT = sampleBudget({ scope: { type: "user", id: null }, period: "day" });

const potOf = (subject: string, settled: number, startsAt = 0): Pot => ({
  ...{ id: `bud_1#${subject}@day/${startsAt}`, budget: "bud_1", subject, unit: "nanos" },
  ...{ startsAt, endsAt: startsAt + DAY_MS, slotMs: 0, slots: [], settled, lost: 0, held: 0 },
  ...{ before: 0, hot: 0, shortUntil: 0 },
});

/** The database, and how often it was looked through. */
function follow(...pots: Pot[]) {
  const table = new Map(pots.map((pot) => [pot.id, pot]));
  let looks = 0;
  const fullest = new Fullest((_, now) => {
    looks++;
    const present = [...table.values()].filter(({ startsAt, endsAt }) => now >= startsAt && now < endsAt);
    return present.sort((a, b) => b.settled + b.lost + b.held - (a.settled + a.lost + a.held)).slice(0, 2);
  });
  return {
    fullest,
    looks: () => looks,
    move: (pot: Pot, settled: number, held = 0) => {
      Object.assign(pot, { settled, held });
      table.set(pot.id, pot);
      fullest.moved(pot);
    },
  };
}

test("the database is looked through once, however often the counters move", () => {
  const [ann, bob] = [potOf("ann", 5), potOf("bob", 3)];
  const { fullest, looks, move } = follow(ann, bob);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("ann");
  move(bob, 7);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("bob");
  move(ann, 9);
  move(bob, 8);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("ann");
  expect(looks()).toBe(1);
});

test("whoever was overtaken leads again when the leader's hold goes back, and so does one that nobody looked at", () => {
  const [ann, bob, eve] = [potOf("ann", 5), potOf("bob", 1), potOf("eve", 4)];
  const { fullest, move } = follow(ann, bob, eve);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("ann");
  move(bob, 1, 9);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("bob");
  move(bob, 2);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("ann");
  move(ann, 3);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("eve");
});

test("a new period begins without those of the old one, and late settlements of that lead nothing", () => {
  const [ann, bob] = [potOf("ann", 5), potOf("bob", 1, DAY_MS)];
  const { fullest, move } = follow(ann);
  expect(fullest.of(LIMIT, 1)?.subject).toBe("ann");
  expect(fullest.of(LIMIT, DAY_MS)).toBeNull();
  move(bob, 1);
  expect(fullest.of(LIMIT, DAY_MS)?.subject).toBe("bob");
  move(ann, 50);
  expect(fullest.of(LIMIT, DAY_MS)?.subject).toBe("bob");
});

test("of subjects that move at random it names one that none has more than", () => {
  const pots = Array.from({ length: 20 }, (_, n) => potOf(`u${n}`, 0));
  const { fullest, move } = follow(...pots);
  let seed = 7;
  const draw = (most: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % most;
  };
  for (let i = 0; i < 2_000; i++) {
    const pot = pots[draw(20)] as Pot;
    move(pot, pot.settled + draw(3), draw(30));
    if (draw(3) > 0) continue;
    const most = Math.max(...pots.map(({ settled, held }) => settled + held));
    const named = fullest.of(LIMIT, 1) as Pot;
    expect(named.settled + named.held).toBe(most);
  }
});
