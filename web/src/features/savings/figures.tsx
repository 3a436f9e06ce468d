import type { CostReport } from "../../api/types.ts";
import { Skeleton } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatPercent, formatPlural, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { CERTAINTY } from "./levers.ts";

/** The three answers of the page: what it cost, what was saved, and what one switch would save. */
export function Figures({ report, stale }: { report: CostReport | undefined; stale: boolean }) {
  const largest = report?.possible[0];
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4">
      <Figure
        title="Spent"
        nanos={report && nanosOf(report.spent.cost_usd)}
        note={report && spentNote(report)}
        stale={stale}
      />
      <Figure
        title="Saved"
        nanos={report && nanosOf(report.saved.saved_usd)}
        note={
          report && (report.saved.part === null ? "of no bill yet" : `${formatPercent(report.saved.part)} of the bill`)
        }
        stale={stale}
      />
      <Figure
        title="Largest saving left"
        before={largest && CERTAINTY[largest.certainty].before}
        nanos={report && (largest ? nanosOf(largest.saving_usd) : null)}
        note={report && (largest ? "by one switch, in this period" : "nothing found in this period")}
        stale={stale}
      />
    </dl>
  );
}

function spentNote({ spent }: CostReport): string {
  const requests = formatPlural(spent.requests, "request");
  return spent.unpriced > 0 ? `${requests}, ${formatCount(spent.unpriced)} without a price` : requests;
}

function Figure(props: {
  title: string;
  before?: string | undefined;
  /** Left out: it is loading. Null: there is none. */
  nanos: number | null | undefined;
  note: string | undefined;
  stale: boolean;
}) {
  const { title, before, nanos, note, stale } = props;
  return (
    <div className="flex min-w-0 flex-col rounded-lg border bg-surface p-3.5 last:col-span-2 sm:p-4 sm:last:col-span-1">
      <dt className="text-sm text-ink-2">{title}</dt>
      <dd className={cn("mt-1 min-w-0", stale && "stale")}>
        {nanos === undefined ? (
          <>
            <Skeleton className="mt-1 h-5 w-24 sm:h-6" />
            <Skeleton className="mt-2 h-3.5 w-32" />
          </>
        ) : (
          <>
            <span
              title={nanos === null ? undefined : formatUsdExact(nanos)}
              className="figures block truncate text-xl font-semibold tracking-tight sm:text-2xl"
            >
              {before && <span className="text-base font-normal text-ink-2">{before}</span>}
              {nanos === null ? "–" : formatUsd(nanos)}
            </span>
            <span className="mt-0.5 block truncate text-xs text-ink-3" title={note}>
              {note}
            </span>
          </>
        )}
      </dd>
    </div>
  );
}
