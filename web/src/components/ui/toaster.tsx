import { CircleAlert, CircleCheck } from "lucide-react";
import { useToasts } from "../../lib/toast.ts";

/** Where toasts appear, and where screen readers hear of them. */
export function Toaster() {
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-20 z-50 flex flex-col items-center gap-2 lg:inset-x-auto lg:right-5 lg:bottom-5 lg:items-end"
    >
      {useToasts().map((toast) => (
        <p
          key={toast.id}
          className="flex animate-rise items-center gap-2 rounded-lg border border-line-strong bg-surface px-3.5 py-2.5 text-sm shadow-lg"
        >
          {toast.tone === "ok" ? (
            <CircleCheck aria-hidden className="size-4 text-ok" />
          ) : (
            <CircleAlert aria-hidden className="size-4 text-bad" />
          )}
          {toast.text}
        </p>
      ))}
    </div>
  );
}
