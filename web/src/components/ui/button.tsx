/** Buttons: one primary a view, the rest quiet. */
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "../../lib/cn.ts";

export const buttonStyle = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:opacity-50",
  {
    variants: {
      tone: {
        primary: "bg-accent-strong text-on-accent hover:brightness-110",
        plain: "border border-line-strong bg-surface text-ink hover:bg-hover",
        quiet: "text-ink-2 hover:bg-hover hover:text-ink",
        danger: "bg-bad-strong text-on-accent hover:brightness-110",
      },
      size: {
        md: "h-9 px-3.5 text-base",
        sm: "h-8 px-2.5 text-sm",
        icon: "size-8",
      },
    },
    defaultVariants: { tone: "plain", size: "md" },
  },
);

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonStyle> & { busy?: boolean };

/** A button; `busy` keeps its place and its name, and takes no second click. */
export function Button({ tone, size, busy = false, className, disabled, type = "button", ...props }: ButtonProps) {
  return (
    <button
      {...props}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cn(buttonStyle({ tone, size }), busy && "animate-shimmer", className)}
    />
  );
}
