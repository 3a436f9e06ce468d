import { Check, Copy } from "lucide-react";
import { cn } from "../../lib/cn.ts";
import { useCopy } from "../../lib/use-copy.ts";
import { Button } from "./button.tsx";

/** A button that copies `text` and says so. `what` names it for screen readers. */
export function CopyButton({ text, what, label, onCopied, ...props }: CopyProps) {
  const { copied, copy } = useCopy();
  return (
    <Button
      data-autofocus={props.tone === "primary" || undefined}
      size={label ? "sm" : "icon"}
      tone={props.tone ?? "plain"}
      aria-label={label ? undefined : `Copy ${what}`}
      className={props.className}
      onClick={async () => {
        if (await copy(text)) onCopied?.();
      }}
    >
      {copied ? <Check aria-hidden className="size-3.5 text-ok" /> : <Copy aria-hidden className="size-3.5" />}
      {label && (copied ? "Copied" : label)}
      <span aria-live="polite" className="sr-only">
        {copied ? `${what} copied` : ""}
      </span>
    </Button>
  );
}

interface CopyProps {
  text: string;
  what: string;
  label?: string;
  tone?: "plain" | "quiet" | "primary";
  className?: string;
  onCopied?: () => void;
}

/** Code to paste, with its copy button. */
export function CodeBlock({
  code,
  what,
  className,
  onCopied,
}: {
  code: string;
  what: string;
  className?: string;
  onCopied?: () => void;
}) {
  return (
    <div className={cn("relative min-w-0 rounded-md border bg-sunken", className)}>
      {/* biome-ignore lint/a11y/useSemanticElements: a <section> could not be preformatted */}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={what}
        className="overflow-x-auto p-3 pr-12 font-mono text-xs leading-5 text-ink"
      >
        <code>{code}</code>
      </pre>
      <CopyButton text={code} what={what} onCopied={onCopied} className="absolute top-2 right-2 bg-surface" />
    </div>
  );
}
