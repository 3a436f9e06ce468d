import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { CopyButton } from "./code-block.tsx";
import { Dialog, DialogActions } from "./dialog.tsx";

export interface Secret {
  title: string;
  /** What it is, for its button: `token`. */
  what: string;
  text: string;
  /** What to do with it. */
  note?: ReactNode;
}

/** The one time that a secret is seen. */
export function SecretDialog({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  return (
    <Dialog
      open={secret !== null}
      onClose={onClose}
      size="lg"
      title={secret?.title ?? ""}
      description={`Copy the ${secret?.what ?? "secret"} now: it cannot be shown again.`}
    >
      {secret && (
        <>
          <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1.5 pr-1.5 pl-3">
            <code data-testid="secret" className="min-w-0 flex-1 font-mono text-xs break-all">
              {secret.text}
            </code>
            <CopyButton text={secret.text} what={secret.what} label={`Copy ${secret.what}`} tone="primary" />
          </div>
          {secret.note && <div className="mt-4 text-sm text-ink-2">{secret.note}</div>}
          <DialogActions>
            <Button tone="primary" onClick={onClose}>
              Done
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
