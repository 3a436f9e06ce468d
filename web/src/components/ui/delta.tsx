import { cn } from "../../lib/cn.ts";
import { deltaOf } from "../../lib/format.ts";

const SIGN = { up: "▲", down: "▼", same: "■" } as const;
const WORD = { up: "up", down: "down", same: "unchanged," } as const;

/** A change against the span before. `good` says which direction is welcome; spend has none. */
export function Delta({
  now,
  before,
  against,
  good,
}: {
  now: number;
  before: number;
  against: string;
  good?: "up" | "down";
}) {
  const delta = deltaOf(now, before);
  if (!delta) return null;
  const tone = delta.direction === "same" || !good ? "text-ink-3" : delta.direction === good ? "text-ok" : "text-bad";
  return (
    <span title={`against ${against}`} className={cn("figures text-xs whitespace-nowrap", tone)}>
      <span aria-hidden className="mr-0.5 text-[0.6rem]">
        {SIGN[delta.direction]}
      </span>
      <span className="sr-only">{WORD[delta.direction]} </span>
      {delta.text}
      <span className="sr-only"> against {against}</span>
    </span>
  );
}
