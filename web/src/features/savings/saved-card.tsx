import type { CostReport } from "../../api/types.ts";
import { Card } from "../../components/ui/card.tsx";
import { StackedBars } from "../../components/ui/stacked-bars.tsx";
import { Empty, Skeleton, SkeletonRows } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatPercent, formatUsd, formatUsdExact, formatUsdShort } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import type { Span } from "../../lib/period.ts";
import { REASONS } from "./levers.ts";
import { colorOfReason, savedChart } from "./saved-chart.ts";

/** What was saved: over time, and by what. */
export function SavedCard({ report, span, stale }: { report: CostReport | undefined; span: Span; stale: boolean }) {
  if (!report) {
    return (
      <Card title="Saved by reason">
        <div role="status" aria-label="Loading the chart" className="px-4 pt-3">
          <Skeleton height="15rem" />
        </div>
        <SkeletonRows rows={3} className="h-11" />
      </Card>
    );
  }
  const { by_reason: reasons, saved_usd } = report.saved;
  const total = nanosOf(saved_usd);
  const untold = total - reasons.reduce((sum, { saved_usd: saved }) => sum + nanosOf(saved), 0);
  if (reasons.length === 0 && untold === 0) {
    return (
      <Card title="Saved by reason">
        <Empty title="Nothing saved in this period" className="min-h-64 justify-center">
          Answers from the cache, kept prompts, cheaper tiers, providers and models show here, each against what the
          request would have cost without it.
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Saved by reason">
      {reasons.length > 0 && (
        <div className={cn("px-4 pt-3 pb-2", stale && "stale")}>
          <StackedBars
            data={savedChart(report, span)}
            name="Saved by reason"
            format={formatUsd}
            formatAxis={formatUsdShort}
          />
        </div>
      )}
      <div className={cn("overflow-x-auto pb-1.5", stale && "stale")}>
        <table className="w-full text-sm">
          <thead>
            <tr className="text-xs text-ink-3">
              <th scope="col" className="py-2 pl-4 text-left font-normal">
                Reason
              </th>
              <th scope="col" className="hidden py-2 pl-4 text-right font-normal sm:table-cell">
                Requests
              </th>
              <th scope="col" className="py-2 pl-4 text-right font-normal">
                Saved
              </th>
              <th scope="col" className="py-2 pr-4 pl-4 text-right font-normal">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ reason, requests, saved_usd: saved }) => (
              <tr key={reason} className="border-t">
                <th scope="row" className="w-full py-2 pl-4 text-left font-normal">
                  <span className="flex items-baseline gap-2">
                    <span
                      aria-hidden
                      className="size-2 shrink-0 rounded-[2px]"
                      style={{ background: colorOfReason(reason) }}
                    />
                    <span>
                      {REASONS[reason].title}
                      <span className="block text-xs text-pretty text-ink-3">{REASONS[reason].what}</span>
                    </span>
                  </span>
                </th>
                <td className="figures hidden pl-4 text-right whitespace-nowrap sm:table-cell">
                  {formatCount(requests)}
                </td>
                <td className="figures pl-4 text-right whitespace-nowrap" title={formatUsdExact(nanosOf(saved))}>
                  {formatUsd(nanosOf(saved))}
                </td>
                <td className="figures pr-4 pl-4 text-right whitespace-nowrap text-ink-2">
                  {total > 0 ? formatPercent(nanosOf(saved) / total) : "–"}
                </td>
              </tr>
            ))}
            {untold !== 0 && <Untold nanos={untold} total={total} />}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** What records say was saved without saying by what: with it the parts add up to the whole. */
const Untold = ({ nanos, total }: { nanos: number; total: number }) => (
  <tr className="border-t">
    <th scope="row" className="w-full py-2 pl-4 text-left font-normal">
      <span className="flex items-baseline gap-2">
        <span aria-hidden className="size-2 shrink-0 rounded-[2px] bg-line-strong" />
        <span>
          Reason not recorded
          <span className="block text-xs text-pretty text-ink-3">Requests of before reasons were kept</span>
        </span>
      </span>
    </th>
    <td className="hidden sm:table-cell" />
    <td className="figures pl-4 text-right whitespace-nowrap" title={formatUsdExact(nanos)}>
      {formatUsd(nanos)}
    </td>
    <td className="figures pr-4 pl-4 text-right whitespace-nowrap text-ink-2">
      {total > 0 ? formatPercent(nanos / total) : "–"}
    </td>
  </tr>
);
