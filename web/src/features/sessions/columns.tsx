/** The columns of the list of sessions. */
import type { AgentSession } from "../../api/types.ts";
import { TimeCell } from "../../components/ui/time-cell.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { formatCount, formatDuration, formatTokens, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";

const lengthOf = ({ started_at, ended_at }: AgentSession): number => Date.parse(ended_at) - Date.parse(started_at);

/** What a session cost; null where nothing of it has a known price. */
export const costOf = ({ cost_usd, unpriced }: AgentSession): number | null => {
  const nanos = nanosOf(cost_usd);
  return unpriced > 0 && nanos === 0 ? null : nanos;
};

/** `keyName` names keys by their id. */
export const columnsOf = (keyName: (id: string | null) => string): readonly Column<AgentSession>[] => [
  {
    title: "Started",
    style: "w-16 shrink-0 @2xl:w-32",
    figures: true,
    cell: ({ started_at }) => <TimeCell time={started_at} />,
  },
  { title: "Session", style: "min-w-0 flex-1", cell: ({ id }) => <span title={id}>{id}</span> },
  { title: "Key", style: "hidden w-40 shrink-0 @4xl:block @7xl:w-56", cell: ({ key }) => keyName(key) },
  { title: "User", style: "hidden w-36 shrink-0 @6xl:block", cell: ({ user }) => user ?? "" },
  {
    title: "Requests",
    style: "w-18 shrink-0",
    right: true,
    figures: true,
    cell: ({ requests }) => formatCount(requests),
  },
  {
    title: "Errors",
    style: "hidden w-14 shrink-0 @xl:block",
    right: true,
    figures: true,
    cell: ({ errors }) => (errors > 0 ? <span className="text-bad">{formatCount(errors)}</span> : "0"),
  },
  {
    title: "Tokens",
    style: "hidden w-20 shrink-0 @2xl:block",
    right: true,
    figures: true,
    cell: ({ tokens }) => {
      const all = tokens.input + tokens.output;
      return <span title={`${formatCount(all)} tokens`}>{formatTokens(all)}</span>;
    },
  },
  {
    title: "Length",
    style: "hidden w-24 shrink-0 @xl:block",
    right: true,
    figures: true,
    cell: (session) => formatDuration(lengthOf(session)),
  },
  {
    title: "Cost",
    style: "w-24 shrink-0",
    right: true,
    figures: true,
    cell: (session) => <span title={formatUsdExact(costOf(session))}>{formatUsd(costOf(session))}</span>,
  },
];
