import { Pause, Pencil, Play, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useMay } from "../../api/me.ts";
import { useEnableSink } from "../../api/sinks.ts";
import type { Sink } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatPlural, formatRelative, formatTokens, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { SINK_TITLES } from "./words.ts";

interface Props {
  tenant: string;
  sink: Sink;
  onEdit: () => void;
  onDelete: () => void;
}

export function SinkRow({ tenant, sink, onEdit, onDelete }: Props) {
  const mayChange = useMay("sinks");
  const { name, status } = sink;
  return (
    <li className="flex flex-col gap-2.5 px-4 py-3.5 sm:px-5">
      <div className="flex items-start justify-between gap-3">
        <div className="flex min-w-0 flex-col gap-0.5">
          <span className="flex flex-wrap items-center gap-2">
            <span className="truncate font-medium">{name}</span>
            <Badge>{SINK_TITLES[sink.type]}</Badge>
            <StateBadge sink={sink} />
          </span>
          <span className="truncate text-xs text-ink-2">{placeOf(sink)}</span>
        </div>
        {mayChange && (
          <div className="flex gap-1">
            <EnableButton tenant={tenant} sink={sink} />
            <RowButton icon={Pencil} name={`Edit ${name}`} title="Edit" onClick={onEdit} />
            <RowButton icon={Trash2} name={`Delete ${name}`} title="Delete" onClick={onDelete} />
          </div>
        )}
      </div>
      {status && (
        <>
          <dl className="figures flex flex-wrap gap-x-6 gap-y-1 text-sm">
            <Figure name="Delivered" title={formatCount(status.delivered)}>
              {formatTokens(status.delivered)}
            </Figure>
            <Figure name="Waiting" title={formatPlural(status.pending, "request")}>
              {formatTokens(status.pending)}
            </Figure>
            {status.dropped > 0 && (
              <Figure name="Lost" bad title="Waited for too long, or were too many">
                {formatCount(status.dropped)}
              </Figure>
            )}
            {status.failures > 0 && (
              <Figure name="Failed in a row" bad>
                {formatCount(status.failures)}
              </Figure>
            )}
            {status.last_success_at && (
              <Figure name="Last success" title={formatUtc(status.last_success_at)}>
                {formatRelative(status.last_success_at)}
              </Figure>
            )}
            {status.retry_at && (
              <Figure name="Tries again" title={formatUtc(status.retry_at)}>
                {formatRelative(status.retry_at)}
              </Figure>
            )}
          </dl>
          {status.last_error && (
            <p className={cn("text-xs break-words", status.failures > 0 ? "text-bad" : "text-ink-3")}>
              {status.last_error_at && (
                <time dateTime={status.last_error_at} title={formatUtc(status.last_error_at)}>
                  {formatRelative(status.last_error_at)}:{" "}
                </time>
              )}
              {status.last_error}
            </p>
          )}
        </>
      )}
    </li>
  );
}

function StateBadge({ sink: { enabled, status } }: { sink: Sink }) {
  if (!enabled) return <Badge tone="warn">Paused</Badge>;
  if (status === null) return null;
  if (status.failures > 0) return <Badge tone="bad">Failing</Badge>;
  return status.last_success_at === null ? <Badge>Nothing sent yet</Badge> : <Badge tone="ok">Up to date</Badge>;
}

/** Where it goes, and what with. */
function placeOf({ type, url, header_names, signals }: Sink): string {
  return [
    type === "r2" ? "the instance's bucket, below usage/" : url,
    type === "otlp" && signals.join(" and "),
    header_names.length > 0 && `with ${header_names.join(", ")}`,
  ]
    .filter((part) => typeof part === "string")
    .join(" · ");
}

function Figure(props: { name: string; title?: string; bad?: boolean; children: ReactNode }) {
  return (
    <div className="flex gap-1.5" title={props.title}>
      <dt className="text-ink-3">{props.name}</dt>
      <dd className={cn(props.bad && "text-bad")}>{props.children}</dd>
    </div>
  );
}

function EnableButton({ tenant, sink: { id, name, enabled } }: Pick<Props, "tenant" | "sink">) {
  const enable = useEnableSink(tenant);
  return (
    <RowButton
      icon={enabled ? Pause : Play}
      name={`${enabled ? "Pause" : "Resume"} ${name}`}
      title={enabled ? "Pause: it misses what is settled meanwhile" : "Resume"}
      busy={enable.isPending}
      onClick={() =>
        enable.mutate(
          { id, enabled: !enabled },
          {
            onSuccess: () => toast(`${name} is ${enabled ? "paused" : "sent to again"}`),
            onError: (error) => toast(messageOf(error), "bad"),
          },
        )
      }
    />
  );
}
