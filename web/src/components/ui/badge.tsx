import type { ReactNode } from "react";
import { cn } from "../../lib/cn.ts";

export type Tone = "neutral" | "ok" | "warn" | "bad" | "accent" | "test";

const TONES: Record<Tone, string> = {
  neutral: "bg-hover text-ink-2",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  accent: "bg-accent-soft text-accent",
  test: "bg-test-soft text-test",
};

/** A word on a tinted ground: a state, a mode. */
export function Badge({
  tone = "neutral",
  className,
  children,
}: {
  tone?: Tone;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={cn(
        "inline-flex h-5 items-center rounded px-1.5 text-2xs font-medium whitespace-nowrap",
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
