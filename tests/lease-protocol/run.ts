/** `node run.ts FROM COUNT STEPS`: plays histories from seed FROM on and prints what broke, as JSON. */
import { play } from "./adversary.ts";
import { randomFrom } from "./random.ts";
import { Violation } from "./world.ts";

const [from = 1, count = 100, steps = 400] = process.argv.slice(2).map(Number);
const totals: Record<string, number> = {};
for (let seed = from; seed < from + count; seed++) {
  try {
    for (const [name, value] of Object.entries(play({ random: randomFrom(seed), steps })))
      totals[name] = (totals[name] ?? 0) + value;
  } catch (error) {
    const broken = error instanceof Violation ? error.promise : "THROWS";
    console.log(
      JSON.stringify({
        seed,
        broken,
        text: error instanceof Violation ? error.message : String((error as Error).stack),
      }),
    );
    process.exit(1);
  }
}
console.log(JSON.stringify(totals));
