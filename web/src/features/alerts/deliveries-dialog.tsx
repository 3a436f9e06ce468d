import { useInfiniteQuery } from "@tanstack/react-query";
import { deliveriesQuery } from "../../api/alerts.ts";
import type { AlertChannel, DeliveryAttempt } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import { formatDuration, formatRelative, formatTime, formatUtc } from "../../lib/format.ts";
import { ATTEMPTS, eventTitle } from "./words.ts";

const COLUMNS: readonly CsvColumn<DeliveryAttempt>[] = [
  ["time", ({ time }) => time],
  ["event", ({ event }) => event],
  ["alert", ({ alert }) => alert],
  ["attempt", ({ attempt }) => attempt],
  ["status", ({ status }) => status],
  ["http_status", ({ http_status }) => http_status],
  ["error", ({ error }) => error],
  ["latency_ms", ({ latency_ms }) => latency_ms],
  ["next_attempt_at", ({ next_attempt_at }) => next_attempt_at],
];

/** Every attempt to deliver to a channel, newest first. */
export function DeliveriesDialog(props: { tenant: string; channel: AlertChannel | null; onClose: () => void }) {
  const { tenant, channel, onClose } = props;
  return (
    <Dialog
      open={channel !== null}
      onClose={onClose}
      size="lg"
      title={`Deliveries to ${channel?.name ?? ""}`}
      description="What fails is tried again for hours. Thirty days are kept."
    >
      {channel && <Deliveries tenant={tenant} channel={channel.id} />}
    </Dialog>
  );
}

function Deliveries({ tenant, channel }: { tenant: string; channel: string }) {
  const pages = useInfiniteQuery(deliveriesQuery(tenant, channel));
  const attempts = pages.data?.pages.flatMap((page) => page.data) ?? [];
  if (pages.isPending) return <SkeletonRows rows={5} className="h-12 px-0" />;
  if (pages.isError && attempts.length === 0) {
    return <Failed what="Deliveries" error={pages.error} retry={() => void pages.refetch()} />;
  }
  if (attempts.length === 0) {
    return (
      <Empty title="Nothing was delivered yet" className="py-8">
        Send a test to see whether it arrives.
      </Empty>
    );
  }
  return (
    <>
      <ul className="divide-y border-y">
        {attempts.map((attempt) => (
          <AttemptRow key={attempt.id} attempt={attempt} />
        ))}
      </ul>
      <div className="mt-4 flex items-center justify-between gap-2">
        <CsvButton name="deliveries" columns={COLUMNS} rows={attempts} />
        {pages.hasNextPage && (
          <Button size="sm" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older
          </Button>
        )}
      </div>
    </>
  );
}

function AttemptRow({ attempt }: { attempt: DeliveryAttempt }) {
  const { tone, title } = ATTEMPTS[attempt.status];
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-2 text-sm">
      <time dateTime={attempt.time} title={formatUtc(attempt.time)} className="figures w-28 shrink-0 text-ink-2">
        {formatTime(attempt.time)}
      </time>
      <Badge tone={tone}>{title}</Badge>
      <span className="min-w-0 flex-1 basis-40">
        {eventTitle(attempt.event)}
        <span className="text-ink-3">
          {attempt.attempt > 1 && ` · attempt ${attempt.attempt}`}
          {attempt.http_status !== null && ` · status ${attempt.http_status}`}
        </span>
      </span>
      <span className="figures text-xs text-ink-3">{formatDuration(attempt.latency_ms)}</span>
      {(attempt.error !== null || attempt.next_attempt_at !== null) && (
        <span className="w-full text-xs text-bad sm:pl-31">
          {attempt.error}
          {attempt.next_attempt_at !== null && (
            <span title={formatUtc(attempt.next_attempt_at)}>
              {" "}
              Tried again {formatRelative(attempt.next_attempt_at)}.
            </span>
          )}
        </span>
      )}
    </li>
  );
}
