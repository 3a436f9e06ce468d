/** The columns of the list of requests. What does not fit the width of the list is left out, the least telling first. */
import { Zap } from "lucide-react";
import type { UsageRecord } from "../../api/types.ts";
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import { TimeCell } from "../../components/ui/time-cell.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { formatCount, formatDuration, formatTokens, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";

const tokens = (count: number) => <span title={`${formatCount(count)} tokens`}>{formatTokens(count)}</span>;
const usd = (nanos: number | null) => <span title={formatUsdExact(nanos)}>{formatUsd(nanos)}</span>;

/** `keyName` names keys by their id. */
export const columnsOf = (keyName: (id: string | null) => string): readonly Column<UsageRecord>[] => [
  {
    title: "Time",
    style: "w-16 shrink-0 @2xl:w-32",
    figures: true,
    cell: ({ time }) => <TimeCell time={time} />,
  },
  {
    title: "Status",
    style: "w-18 shrink-0 @lg:w-22",
    cell: (record) => <StatusBadge status={record.status} httpStatus={record.http_status} />,
  },
  {
    title: "Model",
    style: "min-w-0 flex-1",
    cell: (record) => <span title={`${record.provider}/${record.model}`}>{record.model}</span>,
  },
  {
    title: "Key",
    style: "hidden shrink-0 @4xl:block @4xl:w-32 @7xl:w-56",
    cell: (record) => keyName(record.key),
  },
  {
    title: "Tags",
    style: "hidden min-w-0 flex-1 @[100rem]:block",
    cell: (record) => (
      <span className="text-ink-2">
        {Object.entries(record.tags)
          .map(([name, value]) => `${name}=${value}`)
          .join("  ")}
      </span>
    ),
  },
  { title: "User", style: "hidden w-36 shrink-0 @[100rem]:block", cell: (record) => record.user ?? "" },
  {
    title: "Input",
    style: "hidden w-16 shrink-0 @2xl:block",
    right: true,
    figures: true,
    cell: (record) => tokens(record.tokens.input),
  },
  {
    title: "Output",
    style: "hidden w-16 shrink-0 @2xl:block",
    right: true,
    figures: true,
    cell: (record) => tokens(record.tokens.output),
  },
  {
    title: "Cost",
    style: "w-24 shrink-0",
    right: true,
    figures: true,
    cell: (record) => usd(nanosOf(record.cost_usd)),
  },
  {
    title: "Saved",
    style: "hidden w-24 shrink-0 @6xl:block",
    right: true,
    figures: true,
    cell: (record) => (nanosOf(record.saved_usd) > 0 ? usd(nanosOf(record.saved_usd)) : ""),
  },
  {
    title: "First byte",
    style: "hidden w-18 shrink-0 @5xl:block",
    right: true,
    figures: true,
    cell: (record) => formatDuration(record.ttft_ms),
  },
  {
    title: "Duration",
    style: "hidden w-18 shrink-0 @xl:block",
    right: true,
    figures: true,
    cell: (record) => formatDuration(record.latency_ms),
  },
  {
    title: "Cache",
    style: "hidden w-12 shrink-0 @4xl:block",
    right: true,
    cell: (record) =>
      record.cache === "hit" ? (
        <Zap role="img" aria-label="hit" className="ml-auto size-3.5 text-accent" />
      ) : (
        <span className="text-ink-2">{record.cache}</span>
      ),
  },
];
