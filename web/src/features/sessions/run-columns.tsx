/** The columns of one session's requests: when, what, how long beside the others, and what it had cost by then. */
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { cn } from "../../lib/cn.ts";
import { formatDuration, formatPlural, formatTokens, formatUsd, formatUsdExact, formatUtc } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import type { Run, RunRow } from "./run.ts";

/** Rows that ran beside others are set in, so far at most. */
const DEEPEST = 4;

const BAR: Partial<Record<RunRow["record"]["status"], string>> = {
  error: "bg-bad-fill",
  truncated: "bg-bad-fill",
  lost: "bg-bad-fill",
  denied: "bg-warn-fill",
  cut: "bg-warn-fill",
  cached: "bg-accent-strong",
};

export const runColumns = ({ lengthMs }: Pick<Run, "lengthMs">): readonly Column<RunRow>[] => [
  {
    title: "After",
    style: "w-18 shrink-0",
    figures: true,
    cell: ({ record, fromMs }) => (
      <time dateTime={record.time} title={formatUtc(record.time)} className="text-ink-2">
        {formatDuration(fromMs)}
      </time>
    ),
  },
  {
    title: "Status",
    style: "hidden w-22 shrink-0 @lg:block",
    cell: ({ record }) => <StatusBadge status={record.status} httpStatus={record.http_status} />,
  },
  {
    title: "Model",
    style: "min-w-0 flex-1",
    cell: ({ record, beside }) => (
      <span
        title={
          beside > 0
            ? `${record.provider}/${record.model}, beside ${formatPlural(beside, "other")}`
            : `${record.provider}/${record.model}`
        }
        style={{ paddingLeft: `${Math.min(beside, DEEPEST) * 0.75}rem` }}
      >
        {beside > 0 && (
          <span aria-hidden className="mr-1 text-ink-3">
            └
          </span>
        )}
        {record.model}
      </span>
    ),
  },
  {
    title: "Time line",
    style: "hidden min-w-0 flex-[2] @2xl:block",
    cell: ({ record, fromMs, toMs }) => (
      <span aria-hidden className="relative block h-2 rounded-full bg-line">
        <span
          className={cn("absolute inset-y-0 min-w-1 rounded-full", BAR[record.status] ?? "bg-ok")}
          style={{
            left: `min(${(fromMs / lengthMs) * 100}%, calc(100% - 0.25rem))`,
            width: `${((toMs - fromMs) / lengthMs) * 100}%`,
          }}
        />
      </span>
    ),
  },
  {
    title: "Took",
    style: "hidden w-16 shrink-0 @xl:block",
    right: true,
    figures: true,
    cell: ({ record }) => formatDuration(record.latency_ms),
  },
  {
    title: "Tokens",
    style: "hidden w-18 shrink-0 @4xl:block",
    right: true,
    figures: true,
    cell: ({ record }) => formatTokens(record.tokens.input + record.tokens.output),
  },
  {
    title: "Cost",
    style: "w-22 shrink-0",
    right: true,
    figures: true,
    cell: ({ record }) => {
      const cost = nanosOf(record.cost_usd);
      return <span title={formatUsdExact(cost)}>{formatUsd(cost)}</span>;
    },
  },
  {
    title: "So far",
    style: "hidden w-24 shrink-0 @lg:block",
    right: true,
    figures: true,
    cell: ({ runningNanos }) => (
      <span title={formatUsdExact(runningNanos)} className="text-ink-2">
        {formatUsd(runningNanos)}
      </span>
    ),
  },
];
