/** Whether the books balance: ledger, usage records, and what the provider served in truth. */

import { type Crowd, countersOf, type Facts } from "../../tests/support/crowd.ts";
import { costOfAll, nanos } from "../../tests/support/tenant.ts";
import { until } from "../../tests/support/until.ts";
import type { UsageRecord } from "../../worker/core/record.ts";
import type { Trouble } from "./chaos.ts";
import type { Sent } from "./clients.ts";

/** What a vanished process held is booked a minute after it was last heard. */
const AT_REST_WITHIN_MS = 180_000;
/** How long before a trouble an answer may have ended and not been settled yet, and after it be out of order. */
const AROUND_MS = 4_000;

export interface Books {
  /** Each has to be 0. */
  faults: Record<string, number>;
  /** For whoever reads it. */
  figures: Record<string, number>;
  balances: { budget: string; limit: number; spent: number; recorded: number; served: number }[];
}

/** Waits until nothing is held, and looks. */
export async function balance(
  crowd: Crowd,
  of: { sent: readonly Sent[]; served: ReadonlySet<number>; troubles: readonly Trouble[] },
): Promise<Books> {
  const { sent, served, troubles } = of;
  await until("all leases are back", AT_REST_WITHIN_MS, async () =>
    [...(await countersOf(crowd)).values()].every(({ held }) => held === 0),
  );
  const tenantBudget = crowd.budgets[0]?.budget.id ?? "";
  const records = await until("all records are there", AT_REST_WITHIN_MS, async () => {
    const all = await crowd.tenant.records();
    return costOfAll(all) === (await countersOf(crowd)).get(tenantBudget)?.spent && all;
  });
  const counters = await countersOf(crowd);
  const billed = records.filter(({ attempts }) => attempts.length > 0);
  const byErrand = new Map(billed.map((record) => [Number(record.tags.n), record]));
  const lost = records.filter(({ status }) => status === "lost");
  const whole = sent.filter(({ errand }) => served.has(errand.n));
  const unrecorded = whole.filter(({ errand }) => !byErrand.has(errand.n));
  const isCalm = ({ from, to }: Sent) =>
    troubles.every((trouble) => to < trouble.from - AROUND_MS || from > trouble.to + AROUND_MS);
  const costOf = (some: readonly Sent[]) => some.reduce((sum, { errand }) => sum + errand.costNanos, 0);
  const balances = crowd.budgets.map(({ name, budget, limitNanos, covers }) => ({
    budget: name,
    limit: limitNanos,
    spent: counters.get(budget.id)?.spent ?? 0,
    recorded: costOfAll(records.filter((record) => covers(factsOf(record)))),
    served: costOf(whole.filter(({ errand }) => covers(errand))),
  }));
  const summary = await crowd.tenant.api<{ data: { cost_usd: string }[] }>("GET", "/usage/summary");
  return {
    balances,
    faults: {
      "overspent, nanodollars": balances.reduce(
        (sum, { spent, served, limit }) => sum + Math.max(0, Math.max(spent, served) - limit),
        0,
      ),
      "ledger off from records": balances.filter(({ spent, recorded }) => spent !== recorded).length,
      "records off from sums": nanos(summary.data[0]?.cost_usd ?? null) === costOfAll(records) ? 0 : 1,
      "recorded twice": records.length - new Set(records.map(({ id }) => id)).size + (billed.length - byErrand.size),
      "lost without a trouble": unrecorded.filter(isCalm).length,
      "lost and not covered, nanodollars": Math.max(0, costOf(unrecorded) - costOfAll(lost)),
      "wrong cost": whole.filter(({ errand, end }) => {
        const record = byErrand.get(errand.n);
        return end === 200 && record?.status === "ok" && nanos(record.cost_usd) !== errand.costNanos;
      }).length,
      "still held": [...counters.values()].filter(({ held }) => held > 0).length,
    },
    figures: {
      requests: sent.length,
      ...Object.fromEntries(
        Object.entries(Object.groupBy(sent, ({ end }) => `client: ${end}`)).map(([end, all]) => [
          end,
          all?.length ?? 0,
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(Object.groupBy(records, ({ status }) => `record: ${status}`)).map(([status, all]) => [
          status,
          all?.length ?? 0,
        ]),
      ),
      "served whole": whole.length,
      "of them in a lost record": unrecorded.length,
    },
  };
}

const factsOf = ({ key, team, user, model, tags }: UsageRecord): Facts => ({
  key,
  team,
  user,
  model,
  feature: tags.feature ?? null,
});
