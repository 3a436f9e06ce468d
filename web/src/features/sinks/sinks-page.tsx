/** Where usage goes beside the dashboard, and how far each place is. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Plus, Waypoints } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/me.ts";
import { sinksQuery, useDeleteSink } from "../../api/sinks.ts";
import type { Sink } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { type Secret, SecretDialog } from "../../components/ui/secret-dialog.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import type { EditSearch } from "../../lib/search.ts";
import { toast } from "../../lib/toast.ts";
import { SinkDialog } from "./sink-dialog.tsx";
import { SinkRow } from "./sink-row.tsx";

const CSV: readonly CsvColumn<Sink>[] = [
  ["id", ({ id }) => id],
  ["name", ({ name }) => name],
  ["type", ({ type }) => type],
  ["url", ({ url }) => url],
  ["enabled", ({ enabled }) => enabled],
  ["pending", ({ status }) => status?.pending],
  ["delivered", ({ status }) => status?.delivered],
  ["dropped", ({ status }) => status?.dropped],
  ["failures", ({ status }) => status?.failures],
  ["last_success_at", ({ status }) => status?.last_success_at],
  ["last_error_at", ({ status }) => status?.last_error_at],
  ["last_error", ({ status }) => status?.last_error],
];

export function SinksPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/sinks" });
  const navigate = useNavigate();
  const sinks = useQuery(sinksQuery(tenant));
  const remove = useDeleteSink(tenant);
  const [removing, setRemoving] = useState<Sink | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const go = (next: EditSearch): void => {
    void navigate({ to: "/$tenant/sinks", params: { tenant }, search: next, replace: true });
  };
  const mayChange = useMay("sinks");
  const add = mayChange && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Add sink
    </Button>
  );
  const editing = sinks.data?.find(({ id }) => id === search.edit) ?? null;
  return (
    <Page
      title="Sinks"
      controls={
        <>
          {sinks.data && sinks.data.length > 0 && <CsvButton name="sinks" columns={CSV} rows={sinks.data} />}
          {add}
        </>
      }
    >
      <Card className="overflow-hidden">
        {sinks.isPending && <SkeletonRows rows={3} className="h-20" />}
        {sinks.isError && !sinks.data && <Failed what="Sinks" error={sinks.error} retry={() => void sinks.refetch()} />}
        {sinks.data?.length === 0 && (
          <Empty icon={<Waypoints aria-hidden className="size-6" />} title="Usage goes nowhere else yet" action={add}>
            A sink gets every settled request beside the dashboard: as OpenTelemetry traces and metrics, by webhook, or
            as files in the instance's bucket.
          </Empty>
        )}
        <ul className="divide-y empty:hidden">
          {sinks.data?.map((sink) => (
            <SinkRow
              key={sink.id}
              tenant={tenant}
              sink={sink}
              onEdit={() => go({ edit: sink.id })}
              onDelete={() => setRemoving(sink)}
            />
          ))}
        </ul>
      </Card>
      {mayChange && (search.new === "1" || editing) && (
        <SinkDialog tenant={tenant} sink={editing} onClose={() => go({})} onSecret={setSecret} />
      )}
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Delete ${removing?.name}?`}
        action="Delete sink"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`${removing.name} is deleted`);
        }}
      >
        What it has not got yet does not go there any more. What it got stays there.
      </Confirm>
    </Page>
  );
}
