import { useMemo } from "react";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/field.tsx";
import { StackedBars } from "../../components/ui/stacked-bars.tsx";
import { Empty, Failed, Skeleton } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatCountShort, formatUsd, formatUsdShort } from "../../lib/format.ts";
import { BREAKDOWNS } from "../../lib/search.ts";
import { type Allowance, type Breakdown, chartOf, type Metric } from "./series.ts";
import type { Overview } from "./use-overview.ts";

const TITLE: Record<Metric, string> = {
  spend: "Spend",
  requests: "Requests",
  tokens: "Tokens",
  saved: "Saved",
  errors: "Errors",
};
const BREAKDOWN_TEXT: Record<Breakdown, string> = {
  model: "Model",
  provider: "Provider",
  key: "Key",
  team: "Team",
  user: "User",
  tag: "Tag",
};

/** The chosen figure over time, stacked by what one breaks it down to. */
export function ChartCard(props: {
  overview: Overview;
  budget: Allowance | null;
  onBreakdown: (by: Breakdown) => void;
  onTagName: (name: string) => void;
}) {
  const { overview, onBreakdown } = props;
  const { metric, by, tagNames, tagName } = overview;
  return (
    <Card
      title={`${TITLE[metric]} by ${by}`}
      aside={
        <span className="flex gap-2">
          {tagNames.length > 1 && (
            <Select
              aria-label="Tag"
              value={tagName}
              onChange={(event) => props.onTagName(event.target.value)}
              className="h-8! w-32! text-sm!"
            >
              {tagNames.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          )}
          <Select
            aria-label="Break down by"
            value={by}
            onChange={(event) => onBreakdown(event.target.value as Breakdown)}
            className="h-8! w-30! text-sm!"
          >
            {BREAKDOWNS.map((value) => (
              <option key={value} value={value}>
                {BREAKDOWN_TEXT[value]}
              </option>
            ))}
          </Select>
        </span>
      }
    >
      <div className="px-4 pt-3 pb-4">
        <Chart overview={overview} budget={props.budget} />
      </div>
    </Card>
  );
}

function Chart({ overview, budget }: { overview: Overview; budget: Allowance | null }) {
  const { parts: current, rows, previous, span, by, metric, label } = overview;
  const data = useMemo(
    () => chartOf({ rows: rows ?? [], previous: previous.data ?? null, span, by, metric, label, budget }),
    [rows, previous.data, span, by, metric, label, budget],
  );
  if (current.isPending) return <ChartSkeleton />;
  if (current.isError && !current.data) {
    return (
      <Failed what="The chart" error={current.error} retry={() => void current.refetch()} className="h-[17.5rem]" />
    );
  }
  if (data.series.length === 0 && !data.previous) {
    return (
      <Empty
        title={metric === "errors" ? "No errors in this period" : "Nothing in this period"}
        className="h-[17.5rem] justify-center"
      >
        {metric === "saved"
          ? "Answers from the cache cost nothing; what they would have cost is shown here."
          : "Choose a longer period, or send a request."}
      </Empty>
    );
  }
  const money = metric === "spend" || metric === "saved";
  return (
    <div className={cn(current.isPlaceholderData && "stale")}>
      <StackedBars
        data={data}
        name={`${TITLE[metric]} by ${by}`}
        format={money ? formatUsd : formatCount}
        formatAxis={money ? formatUsdShort : formatCountShort}
      />
      <ul aria-label="Legend" className="mt-3 flex flex-wrap gap-x-4 gap-y-1 pl-[52px] text-xs text-ink-2">
        {data.series.map((series) => (
          <li key={series.name} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: series.color }} />
            {series.name}
          </li>
        ))}
        {data.previous && (
          <li className="flex items-center gap-1.5">
            <span aria-hidden className="w-4 border-t border-ink-3" />
            Period before
          </li>
        )}
        {data.limit && (
          <li className="flex items-center gap-1.5">
            <span aria-hidden className="w-4 border-t-2 border-dashed border-bad" />
            {data.limit.name}
          </li>
        )}
      </ul>
    </div>
  );
}

/** Bars of no meaning, as high as the chart that comes. */
function ChartSkeleton() {
  return (
    <div role="status" aria-label="Loading the chart" className="flex h-[17.5rem] items-end gap-2 pl-[52px]">
      {[40, 62, 51, 78, 66, 84, 70, 92, 58, 74, 88, 64].map((height) => (
        <Skeleton key={height} className="flex-1" height={`${height}%`} />
      ))}
    </div>
  );
}
