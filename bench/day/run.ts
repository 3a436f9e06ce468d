/** One day through the whole running system, with some levers on; what it cost, and whether anything went wrong. */

import { nanos } from "../../tests/support/tenant.ts";
import { until } from "../../tests/support/until.ts";
import type { UsageRecord } from "../../worker/core/record.ts";
import { send } from "./client.ts";
import { sessionsOf } from "./mix.ts";
import { costOf } from "./prices.ts";
import { digestOf } from "./question.ts";
import { ALLOWED, setUp } from "./setting.ts";
import { type Answer, type Ask, type Begun, KEY_NAMES, KEYS, type Lever, MINUTE_MS, type Workload } from "./types.ts";
import { startProviders } from "./upstream.ts";

export interface DayResult {
  levers: Lever[];
  requests: number;
  /** By the providers' own books, in nanodollars. */
  billNanos: number;
  /** Sums of meterr's records. */
  recordedNanos: number;
  savedNanos: Record<string, number>;
  /** By kind of traffic: requests, and what their records cost. */
  workloads: Partial<Record<Workload, { requests: number; costNanos: number }>>;
  /** Answers to another question than their client's. */
  wrongAnswers: string[];
  /** Answers by a model that the key may not use. */
  wrongModels: string[];
  cacheHits: number;
  /** Of the assistant's questions, by what a person says of them: all, and those that the small model answered. */
  judged: Record<"easy" | "hard", { asked: number; small: number }>;
}

/** Requests at once; and how far apart in virtual time these may be: a prompt cache forgets in five minutes. */
const MOST_AT_ONCE = 12;
const LOOK_AHEAD_MS = 2 * MINUTE_MS;
const SETTLED_WITHIN_MS = 30_000;

export async function runDay(
  system: { url: string; adminToken: string },
  { levers, size }: { levers: readonly Lever[]; size: number },
): Promise<DayResult> {
  const providers = await startProviders();
  const { tenant, keys } = await setUp(system, providers, new Set(levers));
  const result: DayResult = {
    ...{ levers: [...levers], requests: 0, billNanos: 0, recordedNanos: 0, savedNanos: {}, workloads: {} },
    ...{ wrongAnswers: [], wrongModels: [], cacheHits: 0 },
    judged: { easy: { asked: 0, small: 0 }, hard: { asked: 0, small: 0 } },
  };

  const check = (ask: Ask, answer: Answer) => {
    const { digest, model } = answer;
    if (digest !== digestOf(ask.body)) result.wrongAnswers.push(`${ask.key}: ${digest}`);
    if (!ALLOWED[ask.key].some((name) => name.endsWith(`/${model}`))) result.wrongModels.push(`${ask.key}: ${model}`);
    if (ask.difficulty) {
      const judged = result.judged[ask.difficulty];
      judged.asked++;
      if (model.endsWith("-mini")) judged.small++;
    }
  };
  await inVirtualTime(sessionsOf(size), async (ask, now) => {
    const times = ask.twice ? 2 : 1;
    const answers = await Promise.all(
      Array.from({ length: times }, () => {
        const number = ++result.requests;
        return send(ask, { url: system.url, key: keys[ask.key].key, now, number });
      }),
    );
    for (const answer of answers) check(ask, answer);
    return answers[0] as Answer;
  });

  const records = await until("the records of all requests", SETTLED_WITHIN_MS, async () => {
    const { data } = await tenant.api<{ data: { requests: number }[] }>("GET", "/usage/summary");
    return (data[0]?.requests ?? 0) >= result.requests ? tenant.records() : null;
  });
  sumUp(result, records, new Map(KEY_NAMES.map((name) => [keys[name].id, KEYS[name]])));
  result.billNanos = providers.served.reduce((sum, served) => sum + costOf(served), 0);
  await providers.close();
  return result;
}

function sumUp(result: DayResult, records: readonly UsageRecord[], workloads: ReadonlyMap<string, Workload>): void {
  for (const record of records) {
    const workload = workloads.get(record.key ?? "");
    if (!workload) throw new Error(`a record of no key of the day's: ${record.id}`);
    const sum = result.workloads[workload] ?? { requests: 0, costNanos: 0 };
    result.workloads[workload] = { requests: sum.requests + 1, costNanos: sum.costNanos + nanos(record.cost_usd) };
    result.recordedNanos += nanos(record.cost_usd);
    if (record.cache === "hit") result.cacheHits++;
    for (const [reason, usd] of Object.entries(record.savings)) {
      result.savedNanos[reason] = (result.savedNanos[reason] ?? 0) + nanos(usd);
    }
  }
}

interface Due {
  at: number;
  ask: Ask;
  begun: Begun;
}

/**
 * Asks in the order of virtual time, several at once as long as they lie close together: what follows from an answer comes
 * after it, and a day takes as long as the machine needs.
 */
async function inVirtualTime(
  sessions: readonly Begun[],
  asking: (ask: Ask, now: number) => Promise<Answer>,
): Promise<void> {
  const due: Due[] = [];
  const running = new Map<Promise<void>, number>();
  const schedule = (begun: Begun, after: number, next: IteratorResult<Ask, void>) => {
    if (next.done) return;
    const at = after + next.value.afterMs;
    // The latest first: the earliest is taken from the end.
    const place = due.findIndex((each) => each.at <= at);
    due.splice(place < 0 ? due.length : place, 0, { at, ask: next.value, begun });
  };
  for (const begun of sessions) schedule(begun, begun.at, begun.session.next(undefined as unknown as Answer));
  while (due.length > 0 || running.size > 0) {
    const next = due.at(-1);
    const earliest = Math.min(...running.values());
    if (next && running.size < MOST_AT_ONCE && next.at <= earliest + LOOK_AHEAD_MS) {
      due.pop();
      const done = asking(next.ask, next.at).then((answer) => {
        running.delete(done);
        schedule(next.begun, next.at, next.begun.session.next(answer));
      });
      running.set(done, next.at);
    } else {
      await Promise.race(running.keys());
    }
  }
}
