import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/account.ts";
import { ApiError } from "../../api/client.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

/** As the API has it. */
const SHORTEST = 10;

/** Who is signed in, and their password: the first one for who came by a link, else another one. */
export default function AccountDialog({ email, onClose }: { email: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Your account"
      description={`Signed in as ${email}. A password lets you sign in without a link.`}
    >
      <PasswordForm onClose={onClose} />
    </Dialog>
  );
}

function PasswordForm({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [hasOne, setHasOne] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await (hasOne ? changePassword(next, current) : changePassword(next));
      toast("Your password is set");
      onClose();
    } catch (problem) {
      setBusy(false);
      // Only now is it known that there is one already: then changing it takes the present one.
      const asks = !hasOne && problem instanceof ApiError && problem.code === "conflict";
      if (asks) setHasOne(true);
      setError(asks ? "You have a password already. Give it to change it." : messageOf(problem));
    }
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {hasOne && (
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      )}
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={SHORTEST}
        maxLength={128}
        hint={`At least ${SHORTEST} characters.`}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      {error && (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={busy}>
          Set password
        </Button>
      </DialogActions>
    </form>
  );
}
