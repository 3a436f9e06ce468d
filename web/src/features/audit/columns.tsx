/** The columns of the audit log. */
import type { AuditEntry } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { formatTime, formatUtc } from "../../lib/format.ts";
import { ACTIONS, fieldsOf, KINDS, nameOf } from "./words.ts";

export const columnsOf = (actorName: (actor: string) => string): readonly Column<AuditEntry>[] => [
  {
    title: "Time",
    style: "w-16 shrink-0 @2xl:w-32",
    figures: true,
    cell: ({ time }) => (
      <time dateTime={time} title={formatUtc(time)} className="text-ink-2">
        {formatTime(time)}
      </time>
    ),
  },
  {
    title: "Who",
    style: "w-24 shrink-0 @2xl:w-40 @7xl:w-56",
    cell: ({ actor }) => <span title={actor}>{actorName(actor)}</span>,
  },
  {
    title: "Did",
    style: "w-19 shrink-0",
    cell: ({ action }) => <Badge tone={ACTIONS[action].tone}>{ACTIONS[action].title}</Badge>,
  },
  {
    title: "What",
    style: "hidden w-28 shrink-0 @xl:block",
    cell: ({ kind }) => <span className="text-ink-2">{KINDS[kind]}</span>,
  },
  {
    title: "Which",
    style: "min-w-0 flex-1",
    cell: (entry) => <span title={entry.record_id}>{nameOf(entry)}</span>,
  },
  {
    title: "Fields",
    style: "hidden min-w-0 flex-1 @4xl:block",
    cell: (entry) => (
      <span className="text-ink-3">
        {entry.action === "update"
          ? fieldsOf(entry)
              .map(({ field }) => field)
              .join(", ")
          : ""}
      </span>
    ),
  },
  {
    title: "From",
    style: "hidden w-32 shrink-0 @5xl:block",
    cell: ({ ip }) => <span className="text-ink-2">{ip}</span>,
  },
];
