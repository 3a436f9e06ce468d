/**
 * `npm run soak -- --minutes N [--seed S]`: clients that come and go, a provider that fails in every way, and a machine that
 * fails too: kill -9, clock jumps, evictions, slow databases, a full disk. At the end the books have to balance.
 */
import { generator, newCrowd } from "../../tests/support/crowd.ts";
import { startFleet } from "../../tests/support/fleet.ts";
import { newTenant } from "../../tests/support/tenant.ts";
import { sleep } from "../../tests/support/until.ts";
import { balance } from "./books.ts";
import { newDisk, type Trouble, troublesFor } from "./chaos.ts";
import { startClients } from "./clients.ts";
import { answering } from "./provider.ts";

const EDGES = 2;
const CLIENTS = 24;
/** About so many a second come through, so that some budgets run out and others do not. */
const EXPECTED_A_SECOND = 100;
/** Between two troubles, at least and at most. */
const CALM_MS = [6_000, 14_000] as const;
/** Long enough for an idle ledger to leave memory. */
const QUIET_MS = 12_000;
/** One pause in which nobody asks, after so many troubles. */
const QUIET_EVERY = 4;

const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

async function soak({ minutes, seed }: { minutes: number; seed: number }): Promise<number> {
  const random = generator(seed);
  const disk = newDisk();
  if (!disk.isOwn) say("No disk can be mounted here: it will not be filled up.");
  const fleet = await startFleet(EDGES, disk.path);
  const served = new Set<number>();
  const crowd = await newCrowd(await newTenant(fleet), minutes * 60 * EXPECTED_A_SECOND, {
    answer: answering(served),
    seed,
    key: { cache: { ttl_seconds: 60 } },
  });
  const troubles: Trouble[] = [];
  const newClients = () => startClients(crowd, { count: CLIENTS, urls: () => fleet.urls, random });
  let clients = newClients();
  const sent = [clients.sent];
  const until = Date.now() + minutes * 60_000;
  const kinds = Object.entries(troublesFor(fleet, disk));
  for (let n = 0; Date.now() < until; n++) {
    await sleep(CALM_MS[0] + random() * (CALM_MS[1] - CALM_MS[0]));
    if (n % (QUIET_EVERY + 1) === QUIET_EVERY) {
      say("nobody asks");
      await clients.stop();
      await sleep(QUIET_MS);
      clients = newClients();
      sent.push(clients.sent);
      continue;
    }
    // Each in its turn first, so that a short run has them all.
    const [what, trouble] = kinds[n < kinds.length ? n : Math.floor(random() * kinds.length)] ?? [
      "",
      sleep.bind(null, 0),
    ];
    say(what);
    const from = Date.now();
    await trouble();
    troubles.push({ what, from, to: Date.now() });
  }
  say("All clients stop; the books are read once nothing is held");
  await clients.stop();
  const books = await balance(crowd, { sent: sent.flat(), served, troubles });
  console.table(books.balances);
  console.table({ ...books.figures, troubles: troubles.length });
  console.table(books.faults);
  await crowd.close();
  await fleet.stop();
  disk.remove();
  const isBalanced = Object.values(books.faults).every((count) => count === 0);
  process.stdout.write(isBalanced ? "The books balance.\n" : "The books do not balance.\n");
  return isBalanced ? 0 : 1;
}

function numberAfter(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  const value = at === -1 ? otherwise : Number(process.argv[at + 1]);
  if (!(value > 0)) throw new Error(`${name} takes a number above 0.`);
  return value;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
process.exit(await soak({ minutes: numberAfter("--minutes", 5), seed: numberAfter("--seed", 20_261_124) }));
