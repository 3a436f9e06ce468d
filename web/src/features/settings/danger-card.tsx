import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { meQuery, useMay } from "../../api/me.ts";
import { removeTenant, tenantQuery } from "../../api/settings.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";

/** What cannot be undone, for who may do it. */
export function DangerCard({ tenant }: { tenant: string }) {
  const mayRemove = useMay("dissolve");
  const { data } = useQuery(tenantQuery(tenant));
  const [isOpen, setIsOpen] = useState(false);
  if (!mayRemove || !data) return null;
  return (
    <Card title="Danger zone" className="border-bad/40">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-1 pb-4">
        <p className="max-w-xl text-sm text-pretty text-ink-2">
          Removing the organization revokes its keys and tokens at once, and forgets its credentials, budgets, routes
          and people. What it used stays until its retention ends, for nobody to see.
        </p>
        <Button tone="danger" size="sm" onClick={() => setIsOpen(true)}>
          Remove organization…
        </Button>
      </div>
      {isOpen && <RemoveDialog tenant={tenant} name={data.name} onClose={() => setIsOpen(false)} />}
    </Card>
  );
}

function RemoveDialog({ tenant, name, onClose }: { tenant: string; name: string; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await removeTenant(tenant);
      // Where to go next follows from what is left.
      await client.fetchQuery({ ...meQuery, staleTime: 0 });
      await navigate({ to: "/" });
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Remove ${name}?`}
      description="Every key stops working. This cannot be undone."
    >
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <TextField
          label={`Type ${name} to go on`}
          required
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {problem && (
          <p role="alert" className="text-sm text-bad">
            {problem}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="danger" busy={busy} disabled={typed.trim() !== name}>
            Remove organization
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
