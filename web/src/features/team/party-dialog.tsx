import { useState } from "react";
import { type PartyKind, useCreateParty } from "../../api/team.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";

export function PartyDialog(props: { tenant: string; kind: PartyKind; noun: string; onClose: () => void }) {
  const { tenant, kind, noun, onClose } = props;
  const create = useCreateParty(tenant, kind);
  const [name, setName] = useState("");
  const [id, setId] = useState("");
  return (
    <Dialog open onClose={onClose} title={`Add a ${noun}`} description="Keys, budgets and limits name it by its id.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const given = id.trim() === "" ? {} : { id: id.trim() };
          create.mutate({ ...given, name: name.trim() }, { onSuccess: onClose });
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
        <TextField
          label="Id"
          maxLength={200}
          placeholder={kind === "teams" ? "search" : "ada@example.com"}
          hint="As your apps and keys name it. Empty: one is made."
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
        {create.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(create.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={create.isPending}>
            Add {noun}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
