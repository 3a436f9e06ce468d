import { Card } from "../../components/ui/card.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatTokens,
  formatUsd,
  formatUsdExact,
} from "../../lib/format.ts";
import { colorsOf, REST_COLOR } from "../../lib/palette.ts";
import { type Breakdown, type Group, groupsOf, knownSpend, OTHERS, type Totals, totalsOf } from "./series.ts";
import type { Overview } from "./use-overview.ts";

const TITLE: Record<Breakdown, string> = {
  model: "Top models",
  provider: "Top providers",
  key: "Top keys",
  team: "Top teams",
  user: "Top users",
  tag: "Top tags",
};
const SHOWN = 10;

/** Who or what it is: the largest groups, each a way to narrow the whole page to it. */
export function BreakdownTable({ overview, onPick }: { overview: Overview; onPick: (name: string) => void }) {
  const { parts: current, rows, by, label } = overview;
  const groups = groupsOf(rows ?? [], by, "spend").sort(
    (a, b) => Number(a.name === OTHERS) - Number(b.name === OTHERS),
  );
  return (
    <Card title={TITLE[by]}>
      {current.isPending && <SkeletonRows rows={4} className="h-10" />}
      {current.isError && !current.data && (
        <Failed what="The table" error={current.error} retry={() => void current.refetch()} />
      )}
      {current.data && groups.length === 0 && (
        <p className="px-4 pt-1 pb-5 text-sm text-ink-2">No requests in this period.</p>
      )}
      {groups.length > 0 && (
        <div className={cn("overflow-x-auto pb-1.5", current.isPlaceholderData && "stale")}>
          <table className="w-full text-sm">
            <thead>
              <tr className="text-xs text-ink-3">
                <th scope="col" className="py-2 pl-4 text-left font-normal capitalize">
                  {by}
                </th>
                <Head className="hidden sm:table-cell">Requests</Head>
                <Head>Tokens</Head>
                <Head className="hidden md:table-cell">Duration</Head>
                <Head>Spend</Head>
                <Head className="pr-4">Share</Head>
              </tr>
            </thead>
            <tbody>
              <Rows groups={groups} total={totalsOf(overview.current.data ?? []).spend} label={label} onPick={onPick} />
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Rows(props: {
  groups: Group[];
  total: number;
  label: (name: string) => string;
  onPick: (name: string) => void;
}) {
  const rest = props.groups.find(({ name }) => name === OTHERS);
  const named = props.groups.filter((group) => group !== rest).slice(0, SHOWN);
  const shown = rest ? [...named, rest] : named;
  const colors = [...colorsOf(named.map((group) => group.name)), REST_COLOR];
  return shown.map(({ name, totals }, i) => (
    <tr key={name} className="border-t hover:bg-hover">
      <th scope="row" className="max-w-0 py-0 pl-4 text-left font-normal w-2/5">
        <button
          type="button"
          disabled={name === "none" || name === OTHERS}
          onClick={() => props.onPick(name)}
          title={name === OTHERS ? undefined : `Show ${props.label(name)} alone`}
          className="flex h-9 w-full min-w-0 items-center gap-2 text-left focus-visible:outline-offset-[-2px] enabled:hover:underline"
        >
          <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: colors[i] }} />
          <span className="truncate">{name === OTHERS ? "All others" : props.label(name)}</span>
        </button>
      </th>
      <Cell className="hidden sm:table-cell">{formatCount(totals.requests)}</Cell>
      <Cell title={`${formatCount(totals.tokens)} tokens`}>{formatTokens(totals.tokens)}</Cell>
      <Cell className="hidden md:table-cell" title="Average">
        {formatDuration(totals.latencyMs)}
      </Cell>
      <Cell title={formatUsdExact(knownSpend(totals))}>{formatUsd(knownSpend(totals))}</Cell>
      <Cell className="pr-4 text-ink-2">{shareOf(totals, props.total)}</Cell>
    </tr>
  ));
}

function shareOf(totals: Totals, total: number): string {
  const spend = knownSpend(totals);
  return spend !== null && total > 0 ? formatPercent(spend / total) : "–";
}

function Head({ children, className }: { children: string; className?: string }) {
  return (
    <th scope="col" className={cn("py-2 pl-4 text-right font-normal", className)}>
      {children}
    </th>
  );
}

function Cell({ children, className, title }: { children: string; className?: string; title?: string }) {
  return (
    <td title={title} className={cn("figures pl-4 text-right whitespace-nowrap", className)}>
      {children}
    </td>
  );
}
