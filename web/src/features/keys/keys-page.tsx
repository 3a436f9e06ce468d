/** The keys of a tenant: create, see their settings, change them, rotate, revoke. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { keysQuery, useRevokeKey, useRotateKey } from "../../api/keys.ts";
import { useMay } from "../../api/me.ts";
import { isPlaygroundKey } from "../../api/playground-key.ts";
import { summaryQuery } from "../../api/summary.ts";
import type { Key, NewKey } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { spanOf } from "../../lib/period.ts";
import type { EditSearch } from "../../lib/search.ts";
import { toast } from "../../lib/toast.ts";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import { EditKeyDialog } from "./edit-key-dialog.tsx";
import { KeyRow } from "./key-row.tsx";
import { NewKeyDialog } from "./new-key-dialog.tsx";

export function KeysPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/keys" });
  const navigate = useNavigate();
  const keys = useQuery(keysQuery(tenant));
  const shown = keys.data?.filter((key) => !isPlaygroundKey(key));
  const [from] = useState(() => spanOf("30d", Date.now()).from);
  const { data: usage } = useQuery(summaryQuery(tenant, { from, group_by: "key" }));
  const [fresh, setFresh] = useState<(NewKey & { name: string }) | null>(null);
  const [asking, setAsking] = useState<{ to: "rotate" | "revoke"; key: Key } | null>(null);
  const go = (next: EditSearch): void => {
    void navigate({ to: "/$tenant/keys", params: { tenant }, search: next, replace: true });
  };
  const mayChange = useMay("keys");
  const editing = mayChange && shown?.find((key) => key.id === search.edit && key.revoked_at === null);
  const create = mayChange && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Create key
    </Button>
  );
  return (
    <Page title="Keys" controls={create}>
      <Card className="overflow-hidden">
        {keys.isPending && <SkeletonRows rows={4} className="h-16" />}
        {keys.isError && !keys.data && <Failed what="Keys" error={keys.error} retry={() => void keys.refetch()} />}
        {shown?.length === 0 && (
          <Empty icon={<KeyRound aria-hidden className="size-6" />} title="No key yet" action={create}>
            An app uses a meterr key in the place of its provider's key. Give each app its own, so that its spend can be
            told apart.
          </Empty>
        )}
        <ul className="divide-y empty:hidden">
          {shown?.map((key) => (
            <KeyRow
              key={key.id}
              record={key}
              usage={usage?.find((row) => row.key === key.id)}
              tenant={tenant}
              onEdit={() => go({ edit: key.id })}
              onRotate={() => setAsking({ to: "rotate", key })}
              onRevoke={() => setAsking({ to: "revoke", key })}
            />
          ))}
        </ul>
      </Card>
      <CreateKeyDialog
        tenant={tenant}
        open={mayChange && search.new === "1"}
        onClose={() => go({})}
        onCreated={setFresh}
      />
      {editing && <EditKeyDialog tenant={tenant} id={editing.id} name={editing.name} onClose={() => go({})} />}
      <NewKeyDialog fresh={fresh} onClose={() => setFresh(null)} />
      <Questions tenant={tenant} asking={asking} onClose={() => setAsking(null)} onRotated={setFresh} />
    </Page>
  );
}

interface QuestionsProps {
  tenant: string;
  asking: { to: "rotate" | "revoke"; key: Key } | null;
  onClose: () => void;
  onRotated: (fresh: NewKey & { name: string }) => void;
}

function Questions({ tenant, asking, onClose, onRotated }: QuestionsProps) {
  const rotate = useRotateKey(tenant);
  const revoke = useRevokeKey(tenant);
  const name = asking?.key.name ?? "";
  return (
    <>
      <Confirm
        open={asking?.to === "revoke"}
        onClose={onClose}
        title={`Revoke ${name}?`}
        action="Revoke key"
        onConfirm={async () => {
          if (!asking) return;
          await revoke.mutateAsync(asking.key.id);
          toast(`${name} is revoked`);
        }}
      >
        Requests with this key are refused within ten seconds, everywhere. This cannot be undone. What it spent stays on
        record.
      </Confirm>
      <Confirm
        open={asking?.to === "rotate"}
        onClose={onClose}
        title={`Rotate ${name}?`}
        action="Rotate key"
        onConfirm={async () => {
          if (asking) onRotated({ ...(await rotate.mutateAsync(asking.key.id)), name });
        }}
      >
        You get a new key with the same settings, budgets and history. The present one stops working within ten seconds.
      </Confirm>
    </>
  );
}
