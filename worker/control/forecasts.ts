/** `/forecast`: what the present period is expected to cost a tenant, or a part of it. */
import * as z from "zod";
import { databaseOf } from "../core/database.ts";
import { usdFromNanos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import { summarize } from "../db/summary.ts";
import type { UsageFilter } from "../db/usage.ts";
import { type Answer, type App, forTenant, mount, type TenantCall } from "./call.ts";
import { DAY_MS, type DayCost, forecast, HISTORY_DAYS, startOfDay } from "./forecast.ts";
import { iso, readQuery } from "./input.ts";
import { money, time } from "./shapes.ts";

const text = z.string().min(1).max(500).optional();
const query = z.strictObject({
  period: z.enum(["day", "week", "month"]).default("month"),
  key: text,
  user: text,
  team: text,
  model: text,
  provider: text,
  mode: text,
});
const shown = z.strictObject({
  period: z.enum(["day", "week", "month"]),
  starts_at: time,
  ends_at: time,
  spent_usd: money,
  expected_usd: money,
  low_usd: money,
  high_usd: money,
  basis: z.enum(["history", "pace", "done"]),
  history_days: z.int(),
});

/** Mounts `/forecast`. */
export function mountForecast(app: App): void {
  mount(app, "/tenants/:tenant/forecast", {
    GET: {
      summary: "Says what the present period is expected to cost in the end.",
      notes:
        "Periods are of the calendar in UTC. Each day that is left is expected to cost what its day of the week cost in the last eight weeks, late ones counting more; four of five outcomes lie between `low_usd` and `high_usd`. With less than three complete days of usage it goes by the pace of the period so far (`basis: pace`).",
      query,
      answers: shown,
      does: forTenant("read", answer),
    },
  });
}

async function answer(call: TenantCall): Promise<Answer> {
  const asked = readQuery(call, query);
  if (!asked.ok) return asked;
  const { period, ...filter } = asked.value;
  const { startsAt, endsAt } = calendar(period, call.now);
  const today = startOfDay(call.now);
  const earliest = Math.min(startsAt, today - HISTORY_DAYS * DAY_MS);
  const days = await costByDay(call, { ...filter, from: earliest, to: endsAt });
  const spent = days.filter(({ day }) => day >= startsAt).reduce((sum, { costNanos }) => sum + costNanos, 0);
  const history = completeDays(days, today);
  const { basis, expected, low, high } = forecast({ startsAt, endsAt, now: call.now, spent, history });
  return ok({
    period,
    starts_at: iso(startsAt),
    ends_at: iso(endsAt),
    spent_usd: usdFromNanos(spent),
    expected_usd: usdFromNanos(expected),
    low_usd: usdFromNanos(low),
    high_usd: usdFromNanos(high),
    basis,
    history_days: history.length,
  });
}

/** Whole days are read from the roll-ups alone. */
async function costByDay({ env, tenant }: TenantCall, filter: UsageFilter): Promise<DayCost[]> {
  const rows = await summarize(databaseOf(env, tenant), { tenant, filter, groups: ["day"] });
  return rows.map(({ group, costNanos }) => ({ day: Number(group.day), costNanos }));
}

/** The days before today since the first with any usage, at most eight weeks of them; those without usage cost nothing. */
function completeDays(days: readonly DayCost[], today: number): DayCost[] {
  const costs = new Map(days.map(({ day, costNanos }) => [day, costNanos]));
  const first = Math.max(days[0]?.day ?? today, today - HISTORY_DAYS * DAY_MS);
  const complete: DayCost[] = [];
  for (let day = first; day < today; day += DAY_MS) complete.push({ day, costNanos: costs.get(day) ?? 0 });
  return complete;
}

/** The calendar's day, week (from Monday) or month in UTC that `now` lies in. */
function calendar(period: "day" | "week" | "month", now: number): { startsAt: number; endsAt: number } {
  const today = startOfDay(now);
  const date = new Date(now);
  switch (period) {
    case "day":
      return { startsAt: today, endsAt: today + DAY_MS };
    case "week": {
      const startsAt = today - ((date.getUTCDay() + 6) % 7) * DAY_MS;
      return { startsAt, endsAt: startsAt + 7 * DAY_MS };
    }
    case "month":
      return {
        startsAt: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
        endsAt: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1),
      };
  }
}
