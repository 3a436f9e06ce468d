import { useLiveStatus } from "../api/live.tsx";
import { cn } from "../lib/cn.ts";

const LOOK = {
  live: { text: "Live", dot: "bg-ok", title: "Figures move as requests end" },
  connecting: { text: "Connecting", dot: "bg-ink-3", title: "Opening the live connection" },
  offline: {
    text: "Polling",
    dot: "bg-warn",
    title: "The live connection is gone; figures are fetched every 5 seconds until it is back",
  },
} as const;

/** Whether figures are live. */
export function LiveDot() {
  const { text, dot, title } = LOOK[useLiveStatus()];
  return (
    <span role="status" title={title} className="flex items-center gap-1.5 text-xs text-ink-2">
      <span aria-hidden className={cn("size-2 rounded-full", dot)} />
      {text}
    </span>
  );
}
