import type { UsageRecord } from "../../api/types.ts";
import { cn } from "../../lib/cn.ts";
import { formatDuration, formatUsd } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { Section } from "./section.tsx";

/** Each try of a target, on one time line: they ran one after another. */
export function Attempts({ record }: { record: UsageRecord }) {
  const { attempts } = record;
  if (attempts.length === 0) return null;
  const total = Math.max(
    1,
    record.latency_ms,
    attempts.reduce((sum, attempt) => sum + attempt.ms, 0),
  );
  const starts = attempts.map((_, i) => attempts.slice(0, i).reduce((sum, attempt) => sum + attempt.ms, 0));
  return (
    <Section title={attempts.length === 1 ? "Attempt" : `${attempts.length} attempts`}>
      <ol className="flex flex-col gap-2.5">
        {attempts.map((attempt, i) => {
          const failed = attempt.error !== undefined || attempt.http_status === null || attempt.http_status >= 400;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: attempts are told apart by their order alone
            <li key={i} className="flex flex-col gap-1">
              <span className="flex justify-between gap-3">
                <span className="truncate">
                  {attempt.provider}/{attempt.model}
                  <span className={cn("ml-2", failed ? "text-bad" : "text-ink-2")}>
                    {attempt.error ?? attempt.http_status ?? "no answer"}
                  </span>
                </span>
                <span className="shrink-0 text-ink-2">
                  {formatDuration(attempt.ms)}
                  {attempt.cost_usd !== null && ` · ${formatUsd(nanosOf(attempt.cost_usd))}`}
                </span>
              </span>
              <span aria-hidden className="block h-1.5 rounded-full bg-line">
                <span
                  className={cn("block h-full min-w-1 rounded-full", failed ? "bg-bad" : "bg-ok")}
                  style={{
                    marginLeft: `${((starts[i] ?? 0) / total) * 100}%`,
                    width: `${(attempt.ms / total) * 100}%`,
                  }}
                />
              </span>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
