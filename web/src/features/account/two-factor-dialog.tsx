import { useState } from "react";
import { encode } from "uqr";
import { confirmTwoFactor } from "../../api/account.ts";
import { Button } from "../../components/ui/button.tsx";
import { CopyButton } from "../../components/ui/code-block.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { useAccountChange } from "./use-change.ts";

interface Begun {
  totpURI: string;
  backupCodes: string[];
}

/** Three steps: scan, prove it with a first code, keep the backup codes. */
export function TwoFactorDialog({ begun, onClose }: { begun: Begun; onClose: () => void }) {
  const [code, setCode] = useState("");
  const [isOn, setIsOn] = useState(false);
  const confirm = useAccountChange(confirmTwoFactor, () => {
    setIsOn(true);
    return null;
  });
  if (isOn) return <BackupCodesDialog codes={begun.backupCodes} onClose={onClose} isFirst />;
  const secret = new URL(begun.totpURI).searchParams.get("secret") ?? "";
  return (
    <Dialog
      open
      onClose={onClose}
      title="Scan this with your authenticator app"
      description="Then type the six digits that it shows for meterr."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate(code.replaceAll(" ", ""));
        }}
      >
        <QrCode text={begun.totpURI} />
        <div className="flex flex-col gap-1.5">
          <p className="text-xs text-ink-3">Cannot scan it? Type this into the app:</p>
          <div className="flex items-center gap-2 rounded-md border bg-sunken py-1.5 pr-1.5 pl-3">
            <code data-testid="totp-secret" className="min-w-0 flex-1 font-mono text-xs break-all">
              {secret}
            </code>
            <CopyButton text={secret} what="secret" />
          </div>
        </div>
        <TextField
          label="Code"
          required
          data-autofocus
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9 ]{6,7}"
          title="Six digits"
          className="figures text-lg tracking-widest"
          error={confirm.isError ? "This code is not right. Is the clock of your device?" : null}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={confirm.isPending}>
            Turn on
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The one time that backup codes are seen. */
export function BackupCodesDialog({
  codes,
  onClose,
  isFirst,
}: {
  codes: string[];
  onClose: () => void;
  isFirst?: true;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={isFirst ? "Your second factor is on" : "Your new backup codes"}
      description="Keep these codes where your phone is not. Each lets you in once, without the app; they are not shown again."
    >
      <ul data-testid="backup-codes" className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-sunken p-4">
        {codes.map((code) => (
          <li key={code} className="font-mono text-sm">
            {code}
          </li>
        ))}
      </ul>
      <DialogActions>
        <CopyButton text={codes.join("\n")} what="backup codes" label="Copy codes" />
        <Button tone="primary" onClick={onClose}>
          I have kept them
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Dark on light whatever the theme: apps do not read it otherwise. */
function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      role="img"
      aria-label="QR code for your authenticator app"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="mx-auto w-48 rounded-md border bg-white"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
