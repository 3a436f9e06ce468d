/** A budget looked into: how it burns down, where it is going, and what it refused. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { forecastQuery } from "../../api/forecast.ts";
import { summaryQuery } from "../../api/summary.ts";
import type { Budget } from "../../api/types.ts";
import { refusedQuery } from "../../api/usage.ts";
import { BurnDown } from "../../components/ui/burn-down.tsx";
import { Failed, Skeleton } from "../../components/ui/states.tsx";
import { budgetFigures } from "../../lib/budget-figures.ts";
import { formatCountShort, formatRelative, formatTime, formatUsdShort, formatUtc } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { type BurnPlan, burnOf, burnPlanOf } from "./burn.ts";

export function BudgetBurn({ tenant, budget }: { tenant: string; budget: Budget }) {
  // To the minute, so that what is asked for stays the same.
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const plan = burnPlanOf(budget, now);
  return (
    <div className="grid gap-5 border-t pt-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      {plan ? (
        <Chart tenant={tenant} budget={budget} plan={plan} now={now} />
      ) : (
        <p className="text-sm text-ink-2">
          {budget.scope.type === "session"
            ? "Sessions come and go: each has its own burn-down on its page."
            : "Nobody has spent anything of it yet."}
        </p>
      )}
      <Refused tenant={tenant} budget={budget} />
    </div>
  );
}

function Chart({ tenant, budget, plan, now }: { tenant: string; budget: Budget; plan: BurnPlan; now: number }) {
  const usage = useQuery(
    summaryQuery(tenant, { from: new Date(plan.startMs).toISOString(), group_by: plan.step, ...plan.filter }),
  );
  const forecast = useQuery({
    ...forecastQuery(tenant, plan.forecast ?? { period: "month" }),
    enabled: plan.forecast !== null,
  });
  if (usage.isPending) return <Skeleton className="h-[11.25rem]" />;
  if (usage.isError && !usage.data) {
    return <Failed what="The burn-down" error={usage.error} retry={() => void usage.refetch()} className="py-4" />;
  }
  const range =
    plan.forecast && forecast.data
      ? { low: nanosOf(forecast.data.low_usd), high: nanosOf(forecast.data.high_usd) }
      : null;
  const burn = burnOf(budget, { plan, rows: usage.data ?? [], range, now });
  const { format } = budgetFigures(budget);
  const leftNow = burn.left.at(-1)?.amount ?? burn.limit;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <h2 className="text-xs font-medium text-ink-3">Left in this period</h2>
      <BurnDown
        name={`${budget.name}: ${format(Math.max(0, leftNow))} of ${format(burn.limit)} left`}
        left={burn.left}
        limit={burn.limit}
        outlook={burn.outlook}
        endMs={plan.endMs}
        formatAxis={budget.unit === "usd" ? formatUsdShort : formatCountShort}
      />
      <p className="text-sm text-pretty text-ink-2">{outlookWords(budget, burn)}</p>
    </div>
  );
}

function outlookWords(budget: Budget, { outlook, emptyAt, limit }: ReturnType<typeof burnOf>): string {
  const { format } = budgetFigures(budget);
  if (!outlook)
    return budget.rolling
      ? "What is older than its period falls out as time goes on."
      : "Nothing says yet where it is going.";
  if (emptyAt !== null) {
    const end = budget.enforcement === "hard" ? "requests are then refused" : "its alerts are then sent";
    return outlook.best < 0
      ? `At this pace it is used up ${formatRelative(new Date(emptyAt).toISOString())}; ${end}.`
      : `It may be used up ${formatRelative(new Date(emptyAt).toISOString())} at the earliest; ${end}.`;
  }
  const [worst, best] = [
    format(Math.round(Math.max(0, outlook.worst))),
    format(Math.round(Math.min(limit, outlook.best))),
  ];
  return `It lasts: ${worst === best ? worst : `${worst} to ${best}`} will be left at its end.`;
}

function Refused({ tenant, budget }: { tenant: string; budget: Budget }) {
  const refused = useQuery(refusedQuery(tenant, budget.id));
  const records = refused.data ?? [];
  return (
    <section className="flex min-w-0 flex-col gap-2 text-sm">
      <h2 className="flex justify-between gap-3 text-xs font-medium text-ink-3">
        Refused or cut by it
        {records.length > 0 && (
          <Link
            to="/$tenant/requests"
            params={{ tenant }}
            search={{ refused_by: budget.id }}
            className="font-normal text-accent hover:underline"
          >
            All of them
          </Link>
        )}
      </h2>
      {refused.isPending && <Skeleton className="h-4 w-2/3" />}
      {refused.isError && !refused.data && (
        <Failed what="Refused requests" error={refused.error} retry={() => void refused.refetch()} className="py-2" />
      )}
      {refused.data && records.length === 0 && <p className="text-ink-2">None so far.</p>}
      <ul className="flex flex-col gap-1 empty:hidden">
        {records.map((record) => (
          <li key={record.id} className="flex justify-between gap-3">
            <Link
              to="/$tenant/requests/$id"
              params={{ tenant, id: record.id }}
              className="min-w-0 truncate hover:underline"
            >
              {record.model}
            </Link>
            <time dateTime={record.time} title={formatUtc(record.time)} className="figures shrink-0 text-ink-3">
              {formatTime(record.time)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}
