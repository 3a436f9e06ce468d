import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";

interface Props {
  title: string;
  text: string;
  action: string;
  /** Who has none is only asked whether they mean it. */
  hasPassword: boolean;
  onClose: () => void;
  onPassword: (password?: string) => Promise<unknown>;
}

/** Asks for the password before something that an open browser alone must not do. */
export function PasswordDialog({ title, text, action, hasPassword, onClose, onPassword }: Props) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onPassword(hasPassword ? password : undefined);
      onClose();
    } catch (problem) {
      const isWrong = problem instanceof ApiError && problem.code === "INVALID_PASSWORD";
      setError(isWrong ? "This is not your password." : messageOf(problem));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {hasPassword && (
          <TextField
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
            error={error}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        {!hasPassword && error && (
          <p role="alert" className="text-sm text-bad">
            {error}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
