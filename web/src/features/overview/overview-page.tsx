/** What do we spend, and is something wrong? Or, before there is anything to show: the first three steps. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { budgetsQuery } from "../../api/budgets.ts";
import type { Forecast } from "../../api/forecast.ts";
import { latestQuery } from "../../api/usage.ts";
import { Page } from "../../components/ui/page.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { Skeleton } from "../../components/ui/states.tsx";
import { formatUsdShort } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { PERIOD_LABEL, PERIODS } from "../../lib/period.ts";
import type { OverviewSearch } from "../../lib/search.ts";
import { allowanceOf } from "./allowance.ts";
import { BreakdownTable } from "./breakdown-table.tsx";
import { BudgetsNearLimit } from "./budgets-near-limit.tsx";
import { ChartCard } from "./chart-card.tsx";
import { Figures } from "./figures.tsx";
import { Latest } from "./latest.tsx";
import { ProviderStates } from "./provider-states.tsx";
import { FILTERS, monthQuery } from "./queries.ts";
import { useOverview } from "./use-overview.ts";

/** Seen once: its snippets and dialogs are no part of what every visit loads. */
const FirstVisit = lazy(() => import("./first-visit.tsx").then((module) => ({ default: module.FirstVisit })));

export function OverviewPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  // Another tenant begins afresh: whether it is a first visit is decided once a tenant.
  return <OverviewOf key={tenant} tenant={tenant} />;
}

function OverviewOf({ tenant }: { tenant: string }) {
  const latest = useQuery(latestQuery(tenant));
  const [started, setStarted] = useState(false);
  const [firstVisit, setFirstVisit] = useState(false);
  if (latest.isPending) return <OverviewLoading />;
  const nothingYet = latest.data?.length === 0;
  if (nothingYet && !firstVisit) setFirstVisit(true);
  // The steps stay while they tick off, and make way when the visitor says so, or comes back later.
  if ((nothingYet || firstVisit) && !started) {
    return (
      <Suspense fallback={<OverviewLoading />}>
        <FirstVisit tenant={tenant} onDone={() => setStarted(true)} />
      </Suspense>
    );
  }
  return <Overview tenant={tenant} />;
}

function Overview({ tenant }: { tenant: string }) {
  const search = useSearch({ from: "/$tenant/" });
  const navigate = useNavigate();
  const overview = useOverview(tenant, search);
  const { filter, span } = overview;
  const { data: budgets } = useQuery(budgetsQuery(tenant));
  const budget = useMemo(() => allowanceOf(budgets ?? [], filter, span), [budgets, filter, span]);
  const { data: forecast } = useQuery(monthQuery(tenant));
  const isWhole = Object.values(filter).every((value) => value === undefined);
  const change = (next: OverviewSearch): void => {
    void navigate({ to: "/$tenant", params: { tenant }, search: { ...search, ...next }, replace: true });
  };
  return (
    <Page
      title="Overview"
      controls={
        <Segmented
          label="Period"
          value={search.period ?? "30d"}
          options={PERIODS.map((value) => ({ value, text: value, title: PERIOD_LABEL[value] }))}
          onChange={(period) => change({ period })}
        />
      }
    >
      <div className="flex flex-col gap-4">
        <ActiveFilters search={search} label={overview.label} onRemove={(name) => change({ [name]: undefined })} />
        <Figures
          overview={overview}
          forecast={isWhole && forecast ? forecastWords(forecast) : null}
          onMetric={(metric) => change({ metric })}
        />
        <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_22rem] 2xl:grid-cols-[minmax(0,1fr)_26rem]">
          <div className="flex min-w-0 flex-col gap-4">
            <ChartCard
              overview={overview}
              budget={budget}
              onBreakdown={(by) => change({ by, tag_name: undefined })}
              onTagName={(tag_name) => change({ tag_name })}
            />
            <BreakdownTable
              overview={overview}
              // Of one tag's requests, the tags are known: what else they are is the next question.
              onPick={(name) => change({ [overview.by]: name, ...(overview.by === "tag" && { by: undefined }) })}
            />
          </div>
          <div className="flex min-w-0 flex-col gap-4 md:grid md:grid-cols-2 md:items-start xl:flex xl:items-stretch">
            <BudgetsNearLimit tenant={tenant} />
            <ProviderStates tenant={tenant} />
            <Latest tenant={tenant} />
          </div>
        </div>
      </div>
    </Page>
  );
}

function ActiveFilters(props: {
  search: OverviewSearch;
  label: (name: string) => string;
  onRemove: (name: (typeof FILTERS)[number]) => void;
}) {
  const active = FILTERS.filter((name) => props.search[name] !== undefined);
  if (active.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {active.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => props.onRemove(name)}
          aria-label={`Remove the filter ${name} ${props.label(props.search[name] ?? "")}`}
          className="flex h-7 items-center gap-1.5 rounded-full bg-accent-soft px-3 text-sm font-medium text-accent hover:brightness-95"
        >
          {name}: {props.label(props.search[name] ?? "")}
          <X aria-hidden className="size-3.5" />
        </button>
      ))}
    </div>
  );
}

/** The month's end as a range, as wide as it is uncertain. */
const forecastWords = ({ low_usd, high_usd }: Forecast): string => {
  const [low, high] = [formatUsdShort(nanosOf(low_usd)), formatUsdShort(nanosOf(high_usd))];
  return low === high ? `→ ${high} this month` : `→ ${low}–${high.slice(1)} this month`;
};

function OverviewLoading() {
  return (
    <Page title="Overview">
      <div role="status" aria-label="Loading" className="flex flex-col gap-4">
        <div className="grid grid-cols-2 gap-4 md:grid-cols-3 2xl:grid-cols-6">
          {["spend", "requests", "tokens", "saved", "errors", "latency"].map((name) => (
            <Skeleton key={name} className="h-[7.5rem] rounded-lg" />
          ))}
        </div>
        <Skeleton className="h-80 rounded-lg" />
      </div>
    </Page>
  );
}
