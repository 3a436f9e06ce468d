/** Who is told before the money is gone: channels, what was delivered to them, and what fired. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { BellRing, Plus } from "lucide-react";
import { useState } from "react";
import { channelsQuery, useDeleteChannel } from "../../api/alerts.ts";
import { useMay } from "../../api/me.ts";
import type { AlertChannel } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { type Secret, SecretDialog } from "../../components/ui/secret-dialog.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import type { AlertsSearch } from "../../lib/search.ts";
import { toast } from "../../lib/toast.ts";
import { ChannelDialog } from "./channel-dialog.tsx";
import { ChannelRow } from "./channel-row.tsx";
import { DeliveriesDialog } from "./deliveries-dialog.tsx";
import { FiredCard } from "./fired-card.tsx";

export function AlertsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/alerts" });
  const navigate = useNavigate();
  const channels = useQuery(channelsQuery(tenant));
  const remove = useDeleteChannel(tenant);
  const [removing, setRemoving] = useState<AlertChannel | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const go = (next: AlertsSearch): void => {
    void navigate({ to: "/$tenant/alerts", params: { tenant }, search: next, replace: true });
  };
  const mayChange = useMay("alerts");
  const add = mayChange && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Add channel
    </Button>
  );
  const named = (id: string | undefined): AlertChannel | null => channels.data?.find((each) => each.id === id) ?? null;
  const editing = named(search.edit);
  return (
    <Page title="Alerts" controls={add}>
      <div className="flex flex-col gap-4">
        <Card title="Channels" className="overflow-hidden">
          {channels.isPending && <SkeletonRows rows={3} className="h-16" />}
          {channels.isError && !channels.data && (
            <Failed what="Channels" error={channels.error} retry={() => void channels.refetch()} />
          )}
          {channels.data?.length === 0 && (
            <Empty icon={<BellRing aria-hidden className="size-6" />} title="Nobody is told yet" action={add}>
              A channel is told when a budget nears its limit, will not last or is used up, and when a provider fails:
              by webhook, Slack, Discord or email.
            </Empty>
          )}
          <ul className="mt-1 divide-y border-t empty:hidden">
            {channels.data?.map((channel) => (
              <ChannelRow
                key={channel.id}
                tenant={tenant}
                channel={channel}
                onLog={() => go({ log: channel.id })}
                onEdit={() => go({ edit: channel.id })}
                onDelete={() => setRemoving(channel)}
              />
            ))}
          </ul>
        </Card>
        <FiredCard tenant={tenant} />
      </div>
      {mayChange && (search.new === "1" || editing) && (
        <ChannelDialog tenant={tenant} channel={editing} onClose={() => go({})} onSecret={setSecret} />
      )}
      <DeliveriesDialog tenant={tenant} channel={named(search.log)} onClose={() => go({})} />
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Delete ${removing?.name}?`}
        action="Delete channel"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`${removing.name} is deleted`);
        }}
      >
        It is told nothing any more, and its log of deliveries goes. Budgets that name this channel alone tell all
        channels then.
      </Confirm>
    </Page>
  );
}
