import type { Status } from "../../../../worker/core/usage.ts";
import { Badge, type Tone } from "./badge.tsx";

const LOOK: Record<Status, { tone: Tone; text: string; title: string }> = {
  ok: { tone: "ok", text: "OK", title: "Answered in full" },
  cached: { tone: "accent", text: "Cached", title: "Answered from the cache, at no cost" },
  error: { tone: "bad", text: "Error", title: "The provider or the request failed" },
  denied: { tone: "warn", text: "Denied", title: "Refused before anything was sent" },
  cut: { tone: "warn", text: "Cut", title: "Stopped by a budget while it ran" },
  aborted: { tone: "neutral", text: "Aborted", title: "The client left before the end" },
  truncated: { tone: "bad", text: "Truncated", title: "The provider broke off" },
  lost: { tone: "bad", text: "Lost", title: "The process that ran it vanished; charged at its bound" },
};

/** How a request ended, and the HTTP status where that says more. */
export function StatusBadge({ status, httpStatus }: { status: Status; httpStatus: number | null }) {
  const { tone, text, title } = LOOK[status];
  const code = (status === "error" || status === "denied") && httpStatus !== null ? ` ${httpStatus}` : "";
  return (
    <span title={title}>
      <Badge tone={tone} className="figures">
        {text}
        {code}
      </Badge>
    </span>
  );
}

/** Each status in a word. */
export const STATUS_TITLE = Object.fromEntries(
  Object.entries(LOOK).map(([status, { text }]) => [status, text]),
) as Record<Status, string>;

export const STATUSES = Object.keys(LOOK) as Status[];
