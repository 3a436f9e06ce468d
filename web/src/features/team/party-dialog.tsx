import { useState } from "react";
import { type PartyKind, useCreateParty, useRenameParty } from "../../api/team.ts";
import type { Party } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";

interface Props {
  tenant: string;
  kind: PartyKind;
  noun: string;
  /** The one to rename; null to add one. */
  party: Party | null;
  onClose: () => void;
}

export function PartyDialog({ tenant, kind, noun, party, onClose }: Props) {
  const create = useCreateParty(tenant, kind);
  const rename = useRenameParty(tenant, kind);
  const [name, setName] = useState(party?.name ?? "");
  const [id, setId] = useState("");
  const error = create.error ?? rename.error;
  const submit = (): void => {
    const given = id.trim() === "" ? {} : { id: id.trim() };
    if (party) rename.mutate({ id: party.id, name: name.trim() }, { onSuccess: onClose });
    else create.mutate({ ...given, name: name.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={party ? `Rename ${party.name}` : `Add a ${noun}`}
      description={party ? "Its id stays." : "Keys, budgets and limits name it by its id."}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name"
          required
          maxLength={200}
          placeholder={kind === "teams" ? "Search" : "Ada"}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {!party && (
          <TextField
            label="Id"
            maxLength={200}
            placeholder={kind === "teams" ? "search" : "ada@example.com"}
            hint="As your apps and keys name it. Empty: one is made."
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        )}
        {error && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={create.isPending || rename.isPending}>
            {party ? "Rename" : `Add ${noun}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
