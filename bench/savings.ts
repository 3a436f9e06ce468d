/**
 * `npm run bench:savings`: a day of traffic through the whole system at providers on loopback, once without the levers, once with all of
 * them, and with each alone. Prints the bills and what was saved; fails where a promise is broken. `-- --json FILE` writes them
 * too, `--size 0.2` takes a part of the day.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildIfStale } from "../scripts/lib/build.ts";
import { startSystem } from "../tests/support/system.ts";
import { brokenPromises, printDay, summaryOf } from "./day/report.ts";
import { type DayResult, runDay } from "./day/run.ts";
import { LEVERS, type Lever } from "./day/types.ts";

async function bench(size: number, jsonFile: string | null): Promise<number> {
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  const system = await startSystem();
  try {
    const days: DayResult[] = [];
    const settings: (readonly Lever[])[] = [[], LEVERS, ...LEVERS.map((lever) => [lever])];
    for (const levers of settings) {
      const startedAt = performance.now();
      const day = await runDay(system, { levers, size });
      days.push(day);
      const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
      process.stderr.write(`${levers.join(", ") || "no lever"}: ${day.requests} requests in ${took} s\n`);
    }
    printDay(days);
    const broken = brokenPromises(days);
    for (const line of broken) process.stdout.write(`BROKEN: ${line}\n`);
    if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify(summaryOf(days), null, 2)}\n`);
    return broken.length === 0 ? 0 : 1;
  } finally {
    await system.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const { values } = parseArgs({ options: { size: { type: "string", default: "1" }, json: { type: "string" } } });
process.exit(await bench(Number(values.size), values.json ?? null));
