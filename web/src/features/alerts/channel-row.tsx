import { History, Pause, Pencil, Play, Send, Trash2 } from "lucide-react";
import { useEnableChannel, useTestChannel } from "../../api/alerts.ts";
import { useMay } from "../../api/me.ts";
import type { AlertChannel, TestedDelivery } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { formatDuration } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { CHANNEL_TITLES, eventTitle } from "./words.ts";

interface Props {
  tenant: string;
  channel: AlertChannel;
  onLog: () => void;
  onEdit: () => void;
  onDelete: () => void;
}

export function ChannelRow({ tenant, channel, onLog, onEdit, onDelete }: Props) {
  const mayChange = useMay("alerts");
  const test = useTestChannel(tenant);
  const { id, name, enabled } = channel;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-64 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          <Badge>{CHANNEL_TITLES[channel.type]}</Badge>
          {!enabled && <Badge tone="warn">{channel.disabled_reason === null ? "Paused" : "Turned off"}</Badge>}
        </span>
        <span className="truncate text-xs text-ink-2">
          {channel.url ?? channel.to.join(", ")} ·{" "}
          {channel.events.length === 0 ? "told of everything" : channel.events.map(eventTitle).join(", ")}
        </span>
        {channel.disabled_reason !== null && <span className="text-xs text-bad">{channel.disabled_reason}</span>}
        <span aria-live="polite" className="text-xs empty:hidden">
          {test.isError && <span className="text-bad">Not tried: {messageOf(test.error)}</span>}
          {test.data && <TestResult tested={test.data} />}
        </span>
      </div>
      <div className="ml-auto flex items-center gap-1">
        {mayChange && (
          <Button size="sm" busy={test.isPending} onClick={() => test.mutate(id)}>
            <Send aria-hidden className="size-3.5" />
            Send test
          </Button>
        )}
        <RowButton icon={History} name={`Deliveries to ${name}`} title="Deliveries" onClick={onLog} />
        {mayChange && <EnableButton tenant={tenant} channel={channel} />}
        {mayChange && <RowButton icon={Pencil} name={`Edit ${name}`} title="Edit" onClick={onEdit} />}
        {mayChange && <RowButton icon={Trash2} name={`Delete ${name}`} title="Delete" onClick={onDelete} />}
      </div>
    </li>
  );
}

function TestResult({ tested }: { tested: TestedDelivery }) {
  const status = tested.http_status === null ? "" : ` with status ${tested.http_status}`;
  return tested.delivered ? (
    <span className="text-ok">
      Delivered{status} in {formatDuration(tested.latency_ms)}
    </span>
  ) : (
    <span className="text-bad">
      Not delivered{status}: {tested.error}
    </span>
  );
}

function EnableButton({ tenant, channel: { id, name, enabled } }: Pick<Props, "tenant" | "channel">) {
  const enable = useEnableChannel(tenant);
  return (
    <RowButton
      icon={enabled ? Pause : Play}
      name={`${enabled ? "Pause" : "Resume"} ${name}`}
      title={enabled ? "Pause" : "Resume"}
      busy={enable.isPending}
      onClick={() =>
        enable.mutate(
          { id, enabled: !enabled },
          {
            onSuccess: () => toast(`${name} is ${enabled ? "paused" : "told again"}`),
            onError: (error) => toast(messageOf(error), "bad"),
          },
        )
      }
    />
  );
}
