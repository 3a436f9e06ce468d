import { type FormEvent, useState } from "react";
import { useSaveCredential } from "../../api/credentials.ts";
import type { Credential } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

interface Props {
  tenant: string;
  /** Null while it is closed. */
  credential: Credential | null;
  onClose: () => void;
}

/** A credential's name and weight; its key stays as it is. */
export function EditCredentialDialog(props: Props) {
  const { credential } = props;
  return (
    <Dialog open={credential !== null} onClose={props.onClose} title={`Edit a credential for ${credential?.provider}`}>
      {credential && <EditForm {...props} credential={credential} />}
    </Dialog>
  );
}

function EditForm({ tenant, credential, onClose }: Props & { credential: Credential }) {
  const save = useSaveCredential(tenant);
  const [name, setName] = useState(credential.name);
  const [weight, setWeight] = useState(String(credential.weight));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const input = { name: name.trim(), weight: Number(weight) };
    save.mutate(
      { id: credential.id, input },
      {
        onSuccess: () => {
          toast(`${input.name} is changed`);
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label="Name" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label="Weight"
        required
        type="number"
        min={0}
        max={1_000_000}
        step="any"
        hint="How often it is drawn among the provider's credentials. 0 makes it a reserve."
        value={weight}
        onChange={(event) => setWeight(event.target.value)}
      />
      {save.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(save.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={name.trim() === "" || weight === ""}>
          Save changes
        </Button>
      </DialogActions>
    </form>
  );
}
