import { useState } from "react";
import { ApiError } from "../../api/client.ts";
import { signInWithBackupCode, signInWithCode } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { FormError } from "./auth-page.tsx";
import { useSubmit } from "./use-submit.ts";

/** The second step of signing in: a code of the authenticator app, or one of those kept for when that is lost. */
export function CodeForm({ onSignedIn, onStartOver }: { onSignedIn: () => Promise<void>; onStartOver: () => void }) {
  const [code, setCode] = useState("");
  const [isBackup, setIsBackup] = useState(false);
  const { busy, error, onSubmit } = useSubmit(async () => {
    await (isBackup ? signInWithBackupCode(code.trim()) : signInWithCode(code.replaceAll(" ", "")));
    await onSignedIn();
  }, explain);
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {isBackup ? (
        <TextField
          key="backup"
          label="Backup code"
          required
          autoFocus
          placeholder="aBc12-dEf34"
          hint="Each works once."
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      ) : (
        <TextField
          key="app"
          label="Code"
          required
          autoFocus
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9 ]{6,7}"
          title="Six digits"
          className="figures text-lg tracking-widest"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      )}
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Sign in
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button
          tone="quiet"
          size="sm"
          className="-ml-2.5"
          onClick={() => {
            setIsBackup(!isBackup);
            setCode("");
          }}
        >
          {isBackup ? "Use the authenticator app" : "Use a backup code"}
        </Button>
        <Button tone="quiet" size="sm" onClick={onStartOver}>
          Start over
        </Button>
      </div>
    </form>
  );
}

function explain(problem: unknown): string {
  if (!(problem instanceof ApiError)) return messageOf(problem);
  if (problem.code === "INVALID_CODE" || problem.code === "INVALID_BACKUP_CODE") return "This code is not right.";
  if (problem.code === "ACCOUNT_TEMPORARILY_LOCKED") return "Too many wrong codes. Try again in a quarter of an hour.";
  if (problem.status === 429) return "Too many tries. Wait ten seconds.";
  return "This took too long, or too many tries. Start over.";
}
