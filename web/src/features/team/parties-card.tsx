import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/me.ts";
import { type PartyKind, partiesQuery, useRemoveParty } from "../../api/team.ts";
import type { Party } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { PartyDialog } from "./party-dialog.tsx";

const WORDS: Record<PartyKind, { title: string; one: string; empty: string }> = {
  teams: {
    title: "Teams",
    one: "team",
    empty: "A team has keys, budgets and limits of its own: name it in them, and see its spend apart.",
  },
  users: {
    title: "Users",
    one: "user",
    empty: "A user of keys and budgets: every member is one, and so is whoever your apps name in x-meterr-user.",
  },
};

/** The teams or users that have a name here. */
export function PartiesCard({ tenant, kind }: { tenant: string; kind: PartyKind }) {
  const words = WORDS[kind];
  const parties = useQuery(partiesQuery(tenant, kind));
  const mayChange = useMay("parties");
  /** Whom the dialog is about: one to rename, or one to add. */
  const [editing, setEditing] = useState<Party | "new" | null>(null);
  const [removing, setRemoving] = useState<Party | null>(null);
  const remove = useRemoveParty(tenant, kind);
  return (
    <Card
      title={words.title}
      className="overflow-hidden"
      aside={
        mayChange && (
          <Button size="sm" onClick={() => setEditing("new")}>
            <Plus aria-hidden className="size-4" />
            Add {words.one}
          </Button>
        )
      }
    >
      {parties.isPending && <SkeletonRows rows={2} className="h-14" />}
      {parties.isError && !parties.data && (
        <Failed what={words.title} error={parties.error} retry={() => void parties.refetch()} />
      )}
      {parties.data?.length === 0 && <p className="px-4 pt-1 pb-4 text-sm text-pretty text-ink-2">{words.empty}</p>}
      <ul className="mt-2 max-h-96 divide-y overflow-y-auto border-t empty:hidden">
        {parties.data?.map((party) => (
          <li key={party.id} className="flex items-center gap-3 px-4 py-2.5">
            <span className="flex min-w-0 flex-1 flex-col">
              <span className="truncate font-medium">{party.name}</span>
              <code className="truncate font-mono text-xs text-ink-2">{party.id}</code>
            </span>
            {mayChange && (
              <Button
                tone="quiet"
                size="icon"
                aria-label={`Rename the ${words.one} ${party.name}`}
                title="Rename"
                onClick={() => setEditing(party)}
              >
                <Pencil aria-hidden className="size-4" />
              </Button>
            )}
            {mayChange && (
              <Button
                tone="quiet"
                size="icon"
                aria-label={`Remove the ${words.one} ${party.name}`}
                title="Remove"
                onClick={() => setRemoving(party)}
              >
                <Trash2 aria-hidden className="size-4" />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {editing && (
        <PartyDialog
          tenant={tenant}
          kind={kind}
          noun={words.one}
          party={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the ${words.one} ${removing?.name}?`}
        action="Remove"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`${removing.name} is removed`);
        }}
      >
        Its name and its rate limits go. Keys and budgets that name it stay as they are, and what it spent stays on
        record.
      </Confirm>
    </Card>
  );
}
