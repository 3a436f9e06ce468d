import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { AuditFilters } from "../../api/audit.ts";
import type { AuditEntry } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { formatTime, formatUtc } from "../../lib/format.ts";
import { ACTIONS, type FieldChange, fieldsOf, KINDS, nameOf } from "./words.ts";

interface Props {
  entry: AuditEntry;
  actorName: (actor: string) => string;
  onFilter: (filters: AuditFilters) => void;
  onClose: () => void;
}

/** One change beside the log: who, when, from where, and field by field how it was and how it is. */
export function EntryPanel({ entry, actorName, onFilter, onClose }: Props) {
  const { tone, title } = ACTIONS[entry.action];
  const fields = fieldsOf(entry);
  return (
    <aside
      aria-label="Change"
      className="fixed inset-0 z-30 flex animate-rise flex-col bg-surface md:static md:w-[26rem] md:shrink-0 md:border-l xl:w-[34rem]"
    >
      <header className="flex h-14 shrink-0 items-center justify-between gap-2 border-b px-4 sm:px-5">
        <h2 className="flex min-w-0 items-center gap-2 text-base font-semibold">
          <Badge tone={tone}>{title}</Badge>
          <span className="truncate">{nameOf(entry)}</span>
        </h2>
        <Button tone="quiet" size="icon" aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </header>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label="Details"
        className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 py-4 focus-visible:outline-offset-[-2px] sm:px-5"
      >
        <dl className="grid grid-cols-[6rem_1fr] gap-x-3 gap-y-1.5 text-sm">
          <Line name="Who">
            <Narrow onClick={() => onFilter({ actor: entry.actor })}>{actorName(entry.actor)}</Narrow>
          </Line>
          <Line name="When">
            <time dateTime={entry.time} title={formatUtc(entry.time)}>
              {formatTime(entry.time)}
            </time>
          </Line>
          <Line name="From">{entry.ip ?? "–"}</Line>
          <Line name="With">{entry.user_agent ?? "–"}</Line>
          <Line name="What">{KINDS[entry.kind]}</Line>
          <Line name="Record">
            <Narrow onClick={() => onFilter({ record: entry.record_id })}>
              <code className="font-mono text-xs break-all">{entry.record_id}</code>
            </Narrow>
          </Line>
        </dl>
        {fields.length === 0 ? (
          <p className="text-sm text-ink-2">
            {entry.action === "rotate" ? "Its secret is another one; no secret is in this log." : "No field is told."}
          </p>
        ) : (
          <Diff fields={fields} />
        )}
      </section>
    </aside>
  );
}

function Diff({ fields }: { fields: readonly FieldChange[] }) {
  return (
    <div className="flex flex-col gap-3">
      <h3 className="text-sm font-medium">Before and after</h3>
      {fields.map(({ field, before, after }) => (
        <div key={field} className="overflow-hidden rounded-md border">
          <h4 className="border-b bg-sunken px-3 py-1.5 font-mono text-xs text-ink-2">{field}</h4>
          {before !== null && <DiffSide sign="−" name="before" text={before} className="bg-bad-soft text-bad" />}
          {after !== null && <DiffSide sign="+" name="after" text={after} className="bg-ok-soft text-ok" />}
        </div>
      ))}
    </div>
  );
}

function DiffSide({ sign, name, text, className }: { sign: string; name: string; text: string; className: string }) {
  return (
    <p className={`flex gap-2 px-3 py-1.5 font-mono text-xs break-all whitespace-pre-wrap ${className}`}>
      <span aria-hidden className="select-none">
        {sign}
      </span>
      <span className="sr-only">{name}: </span>
      <span>{text === "" ? "(empty)" : text}</span>
    </p>
  );
}

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-3">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
);

const Narrow = ({ onClick, children }: { onClick: () => void; children: ReactNode }) => (
  <button
    type="button"
    onClick={onClick}
    title="Show this alone"
    className="text-left text-accent underline-offset-2 hover:underline"
  >
    {children}
  </button>
);
