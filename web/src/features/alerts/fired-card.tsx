import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { alertPages, firedQuery } from "../../api/alerts.ts";
import type { FiredAlert } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { markAlertsSeen } from "../../lib/seen-alerts.ts";
import { EVENT_TONES, eventTitle, sentenceOf, subjectOf } from "./words.ts";

const COLUMNS: readonly CsvColumn<FiredAlert>[] = [
  ["time", ({ time }) => time],
  ["id", ({ id }) => id],
  ["type", ({ type }) => type],
  ["about", subjectOf],
  ["says", sentenceOf],
];

/** What fired, newest first, whoever was told; new ones appear as they do. */
export function FiredCard({ tenant }: { tenant: string }) {
  const pages = useInfiniteQuery(firedQuery(tenant));
  const alerts = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const newest = alerts[0]?.time;
  useEffect(() => {
    if (newest !== undefined) markAlertsSeen(tenant, newest);
  }, [tenant, newest]);
  return (
    <Card
      title="What fired"
      className="overflow-hidden"
      aside={alerts.length > 0 && <CsvButton name="alerts" columns={COLUMNS} rows={alertPages(tenant)} />}
    >
      {pages.isPending && <SkeletonRows rows={4} className="h-12" />}
      {pages.isError && alerts.length === 0 && (
        <Failed what="Alerts" error={pages.error} retry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && alerts.length === 0 && (
        <Empty title="Nothing fired yet" className="py-8">
          Budgets tell of themselves at 80 % and 100 %, or where they say; providers when they fail.
        </Empty>
      )}
      <ul className="mt-1 divide-y border-t empty:hidden">
        {alerts.map((alert) => (
          <li key={alert.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
            <Badge tone={EVENT_TONES[alert.type]}>{eventTitle(alert.type)}</Badge>
            <span className="min-w-0 flex-1 basis-60 text-sm">
              <span className="font-medium">{subjectOf(alert)}</span> {sentenceOf(alert)}
            </span>
            <time dateTime={alert.time} title={formatUtc(alert.time)} className="text-xs text-ink-3">
              {formatRelative(alert.time)}
            </time>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <div className="border-t p-3 text-center">
          <Button size="sm" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Card>
  );
}
