/** The four figures at the top. Each is the switch that shows it in the chart below. */
import type { ReactNode } from "react";
import { Delta } from "../../components/ui/delta.tsx";
import { Sparkline } from "../../components/ui/sparkline.tsx";
import { Skeleton } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatTokens,
  formatUsd,
  formatUsdExact,
} from "../../lib/format.ts";
import { type Metric, perStep, totalsOf } from "./series.ts";
import type { Overview } from "./use-overview.ts";

export function Figures(props: { overview: Overview; forecast: string | null; onMetric: (metric: Metric) => void }) {
  const { overview, forecast, onMetric } = props;
  const { current, previous, span, metric } = overview;
  const now = totalsOf(current.data ?? []);
  const before = totalsOf(previous.data ?? []);
  const card = (name: Metric, more: Pick<CardProps, "title" | "value" | "exact" | "note" | "good">): ReactNode => (
    <FigureCard
      {...more}
      now={now[name]}
      before={before[name]}
      values={perStep(current.data ?? [], span, name)}
      loading={current.isPending}
      failed={current.isError && !current.data}
      stale={current.isPlaceholderData}
      chosen={metric === name}
      onChoose={() => onMetric(name)}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3 2xl:grid-cols-6">
      {card("spend", {
        title: "Spend",
        value: formatUsd(now.spend),
        exact: formatUsdExact(now.spend),
        note:
          now.unpriced > 0 ? `${formatCount(now.unpriced)} without a price` : (forecast ?? "known to the nanodollar"),
      })}
      {card("requests", {
        title: "Requests",
        value: formatCount(now.requests),
        exact: formatCount(now.requests),
        note: now.requests === 0 ? "none yet" : `${formatUsd(Math.round(now.spend / now.requests))} each`,
      })}
      {card("tokens", {
        title: "Tokens",
        value: formatTokens(now.tokens),
        exact: `${formatCount(now.tokens)} tokens`,
        note: now.input > 0 ? `${formatPercent(now.cached / now.input)} of input cached` : "none yet",
      })}
      {card("saved", {
        title: "Saved",
        value: formatUsd(now.saved),
        exact: formatUsdExact(now.saved),
        note:
          now.saved > 0 ? `${formatPercent(now.saved / (now.saved + now.spend))} of the bill` : "by cache and routes",
        good: "up",
      })}
      {card("errors", {
        title: "Errors",
        value: formatCount(now.errors),
        exact: formatCount(now.errors),
        note: now.requests > 0 ? `${formatPercent(now.errors / now.requests)} of all` : "none yet",
        good: "down",
      })}
      <LatencyCard overview={overview} />
    </div>
  );
}

/** How long requests take. No amount, so nothing to stack in a chart. */
function LatencyCard({ overview: { latency, latencyBefore } }: { overview: Overview }) {
  const [now] = latency.data ?? [];
  const [before] = latencyBefore.data ?? [];
  const p95 = now?.latency_p95_ms ?? null;
  const median = now?.latency_p50_ms ?? null;
  return (
    <section
      aria-label="Latency"
      className="flex min-w-0 flex-col items-stretch rounded-lg border bg-surface p-3.5 sm:p-4"
      title="Half of all requests ended within the first figure, 95 % within the second"
    >
      <span className="flex items-baseline justify-between gap-2 text-sm text-ink-2">
        Latency
        {p95 !== null && before?.latency_p95_ms && (
          <Delta now={p95} before={before.latency_p95_ms} against="the period before, p95" good="down" />
        )}
      </span>
      {latency.isPending ? (
        <Skeleton className="mt-2 mb-1 h-7 w-24" />
      ) : (
        <span
          className={cn(
            "figures mt-1 truncate text-xl font-semibold tracking-tight sm:text-2xl",
            latency.isPlaceholderData && "stale",
          )}
        >
          {formatDuration(median)}
        </span>
      )}
      <span className="figures mt-0.5 flex items-end truncate text-xs text-ink-3 sm:h-6">
        {latency.isPending
          ? " "
          : latency.isError && !latency.data
            ? "could not be loaded"
            : `p95 ${formatDuration(p95)}`}
      </span>
    </section>
  );
}

interface CardProps {
  title: string;
  value: string;
  exact: string;
  note: string;
  now: number;
  before: number;
  good?: "up" | "down";
  values: number[];
  loading: boolean;
  /** There is no figure, which is not zero. */
  failed: boolean;
  stale: boolean;
  chosen: boolean;
  onChoose: () => void;
}

function FigureCard(props: CardProps) {
  return (
    <button
      type="button"
      aria-pressed={props.chosen}
      onClick={props.onChoose}
      className="group flex min-w-0 flex-col items-stretch rounded-lg border bg-surface p-3.5 text-left transition-colors duration-100 hover:border-line-strong aria-pressed:border-accent sm:p-4"
    >
      <span className="flex items-baseline justify-between gap-2 text-sm text-ink-2">
        {props.title}
        {!props.loading && !props.failed && (
          <Delta now={props.now} before={props.before} against="the period before" good={props.good} />
        )}
      </span>
      {props.loading ? (
        <Skeleton className="mt-2 mb-1 h-7 w-24" />
      ) : (
        <span
          title={props.failed ? undefined : props.exact}
          className={cn(
            "figures mt-1 truncate text-xl font-semibold tracking-tight sm:text-2xl",
            props.stale && "stale",
          )}
        >
          {props.failed ? "–" : props.value}
        </span>
      )}
      <span className="mt-0.5 flex items-end justify-between gap-3">
        <span className="figures truncate text-xs text-ink-3">
          {props.loading ? " " : props.failed ? "could not be loaded" : props.note}
        </span>
        <Sparkline
          values={props.values}
          className="hidden h-6 w-20 shrink-0 text-line-strong group-aria-pressed:text-accent sm:block"
        />
      </span>
    </button>
  );
}
