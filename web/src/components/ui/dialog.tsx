/** Modal dialogs on Base UI: focus is kept inside, Escape closes, the page behind does not scroll. */
import { AlertDialog as BaseAlert } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { cn } from "../../lib/cn.ts";
import { Button, buttonStyle } from "./button.tsx";
import { messageOf } from "./states.tsx";

const BACKDROP =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0";
const POPUP =
  "fixed z-50 flex max-h-[calc(100dvh-2rem)] flex-col rounded-xl border bg-surface text-ink shadow-2xl outline-none transition-[opacity,scale] duration-100 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0 top-4 left-1/2 w-[calc(100vw-1.5rem)] -translate-x-1/2 sm:top-[8vh] sm:max-h-[84vh]";

const WIDTHS = { md: "sm:max-w-lg", lg: "sm:max-w-2xl", xl: "sm:max-w-4xl" };

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  size?: "md" | "lg" | "xl";
  children: ReactNode;
}

export function Dialog({ open, onClose, title, description, size = "md", children }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>("[data-autofocus], input") ?? true}
          className={cn(POPUP, WIDTHS[size])}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
            <div className="flex flex-col gap-1">
              <Base.Title className="text-lg font-semibold tracking-tight">{title}</Base.Title>
              {description && <Base.Description className="text-sm text-ink-2">{description}</Base.Description>}
            </div>
            <Base.Close aria-label="Close" className={cn(buttonStyle({ tone: "quiet", size: "icon" }), "-mr-1.5")}>
              <X aria-hidden className="size-4" />
            </Base.Close>
          </div>
          <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  action: string;
  /** Resolves when it is done; a rejection is shown, and the dialog stays. */
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that cannot be undone. The button says what it does. */
export function Confirm({ open, onClose, title, children, action, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <BaseAlert.Root open={open} onOpenChange={(next) => next || onClose()}>
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className={BACKDROP} />
        <BaseAlert.Popup className={cn(POPUP, "p-5 sm:max-w-md")}>
          <BaseAlert.Title className="text-lg font-semibold tracking-tight">{title}</BaseAlert.Title>
          <BaseAlert.Description render={<div />} className="mt-2 text-base text-ink-2">
            {children}
          </BaseAlert.Description>
          {error && (
            <p role="alert" className="mt-3 text-sm text-bad">
              {error}
            </p>
          )}
          <DialogActions>
            <BaseAlert.Close className={buttonStyle({ tone: "plain" })}>Cancel</BaseAlert.Close>
            <Button tone="danger" busy={busy} onClick={confirm}>
              {action}
            </Button>
          </DialogActions>
        </BaseAlert.Popup>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  );
}
