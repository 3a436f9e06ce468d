import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useMay } from "../../api/me.ts";
import { tenantQuery, useChangeTenant } from "../../api/settings.ts";
import type { Tenant } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { CopyButton } from "../../components/ui/code-block.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

const MOST_DAYS = 3_650;

export function GeneralCard({ tenant }: { tenant: string }) {
  const found = useQuery(tenantQuery(tenant));
  return (
    <Card title="Organization">
      {found.isPending && <SkeletonRows rows={2} />}
      {found.isError && !found.data && (
        <Failed what="The organization" error={found.error} retry={() => void found.refetch()} />
      )}
      {found.data && <GeneralForm key={found.data.id} stored={found.data} />}
    </Card>
  );
}

function GeneralForm({ stored }: { stored: Tenant }) {
  const change = useChangeTenant(stored.id);
  const mayChange = useMay("settings");
  const [name, setName] = useState(stored.name);
  const [days, setDays] = useState(String(stored.raw_retention_days));
  const isSame = name.trim() === stored.name && Number(days) === stored.raw_retention_days;
  const isShorter = Number(days) < stored.raw_retention_days;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate(
      { name: name.trim(), raw_retention_days: Number(days) },
      { onSuccess: () => toast("The organization is changed") },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 px-4 pt-1 pb-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          required
          maxLength={200}
          disabled={!mayChange}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Records are kept for, in days"
          type="number"
          required
          min={1}
          max={MOST_DAYS}
          disabled={!mayChange}
          hint={
            isShorter
              ? "Older records leave the database soon, for the bucket where there is one. Sums stay."
              : "Then they go to the bucket, where there is one. Sums stay for ever."
          }
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </div>
      <p className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
        Id in the API <code className="font-mono text-xs text-ink">{stored.id}</code>
        <CopyButton text={stored.id} what="organization id" tone="quiet" />
      </p>
      {change.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(change.error)}
        </p>
      )}
      {mayChange && (
        <div className="flex justify-end">
          <Button type="submit" tone="primary" busy={change.isPending} disabled={isSame || name.trim() === ""}>
            Save changes
          </Button>
        </div>
      )}
    </form>
  );
}
