import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { latestQuery } from "../../api/usage.ts";
import { Card } from "../../components/ui/card.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import { cn } from "../../lib/cn.ts";
import { formatTime, formatUsd, formatUsdExact, formatUtc } from "../../lib/format.ts";
import { isFresh } from "../../lib/fresh.ts";
import { nanosOf } from "../../lib/money.ts";

/** The newest requests, as they end. */
export function Latest({ tenant }: { tenant: string }) {
  const latest = useQuery(latestQuery(tenant));
  return (
    <Card
      title="Latest requests"
      aside={
        <Link to="/$tenant/requests" params={{ tenant }} className="text-sm text-accent hover:underline">
          All requests
        </Link>
      }
    >
      {latest.isPending && <SkeletonRows rows={6} className="h-10" />}
      {latest.isError && !latest.data && (
        <Failed what="Requests" error={latest.error} retry={() => void latest.refetch()} />
      )}
      {latest.data?.length === 0 && <Empty title="No request yet">Requests appear here as they end.</Empty>}
      <ul className="pb-1.5 text-sm empty:hidden" data-testid="latest">
        {latest.data?.map((record) => (
          <li key={record.id} className={cn("border-t first:border-t-0", isFresh(record) && "animate-arrive")}>
            <Link
              to="/$tenant/requests/$id"
              params={{ tenant, id: record.id }}
              className="grid h-10 grid-cols-[4.25rem_minmax(0,1fr)_auto_auto] items-center gap-2.5 px-4 hover:bg-hover focus-visible:outline-offset-[-2px]"
            >
              <time
                dateTime={record.time}
                title={formatUtc(record.time)}
                className="figures truncate text-xs text-ink-3"
              >
                {formatTime(record.time)}
              </time>
              <span className="truncate">{record.model}</span>
              <span title={formatUsdExact(nanosOf(record.cost_usd))} className="figures text-right">
                {formatUsd(nanosOf(record.cost_usd))}
              </span>
              <StatusBadge status={record.status} httpStatus={record.http_status} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
