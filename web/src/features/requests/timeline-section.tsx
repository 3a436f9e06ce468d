import type { UsageRecord } from "../../api/types.ts";
import { cn } from "../../lib/cn.ts";
import { formatDuration, formatUsd } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { Section } from "./section.tsx";
import { type Phase, type Step, type Timeline, timelineOf } from "./timeline.ts";

const LOOK: Record<Phase["kind"], string> = {
  meterr: "bg-accent-strong",
  pause: "bg-line-strong",
  waiting: "bg-warn-fill",
  receiving: "bg-ok",
  failed: "bg-bad-fill",
};

/** Each try of a target on one time line: what it waited for, which failed, and why. */
export function TimelineSection({ record }: { record: UsageRecord }) {
  if (record.attempts.length === 0) return null;
  const timeline = timelineOf(record);
  const { steps } = timeline;
  return (
    <Section title={steps.length === 1 ? "Attempt" : `${steps.length} attempts`}>
      <ol className="flex flex-col gap-3">
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attempts are told apart by their order alone
          <StepRow key={i} step={step} totalMs={timeline.totalMs} />
        ))}
      </ol>
      <Marks timeline={timeline} />
    </Section>
  );
}

function StepRow({ step, totalMs }: { step: Step; totalMs: number }) {
  const first = step.phases.find(({ kind }) => kind !== "pause" && kind !== "meterr");
  const last = step.phases.at(-1);
  const tookMs = (last?.toMs ?? 0) - (first?.fromMs ?? 0);
  return (
    <li className="flex flex-col gap-1">
      <span className="flex justify-between gap-3">
        <span className="min-w-0 break-words">
          {step.title}
          <span className={cn("ml-2", step.failed ? "text-bad" : "text-ink-2")}>{step.result}</span>
        </span>
        <span className="shrink-0 text-ink-2">
          {formatDuration(tookMs)}
          {step.costUsd !== null && ` · ${formatUsd(nanosOf(step.costUsd))}`}
        </span>
      </span>
      <span
        role="img"
        aria-label={step.phases
          .map(({ name, fromMs, toMs }) => `${name}: ${formatDuration(fromMs)} to ${formatDuration(toMs)}`)
          .join(", ")}
        className="relative block h-2 overflow-hidden rounded-full bg-line"
      >
        {step.phases.map((phase) => (
          <span
            key={phase.name}
            title={`${phase.name}, ${formatDuration(phase.toMs - phase.fromMs)}`}
            className={cn("absolute inset-y-0 min-w-0.5", LOOK[phase.kind])}
            style={{
              left: `${(phase.fromMs / totalMs) * 100}%`,
              width: `${((phase.toMs - phase.fromMs) / totalMs) * 100}%`,
            }}
          />
        ))}
      </span>
      {step.why && <span className="text-xs text-pretty text-ink-2">{step.why}</span>}
    </li>
  );
}

/** The moments below the bars, as a list that also reads well. */
function Marks({ timeline: { marks } }: { timeline: Timeline }) {
  return (
    <dl className="figures mt-2.5 flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {marks.map(({ name, atMs }) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-ink-3">{name}</dt>
          <dd>{formatDuration(atMs)}</dd>
        </div>
      ))}
    </dl>
  );
}
