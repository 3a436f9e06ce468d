/** The columns of the list of limits: figure by figure where there is room, else the one that is nearest. */
import { Pencil, Trash2 } from "lucide-react";
import type { LimitOwner } from "../../api/limits.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { BudgetBar } from "../../components/ui/budget-bar.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { formatCount, formatTokens } from "../../lib/format.ts";
import { FIGURES, type LimitRow, nearestOf, type Share, shareOf } from "./figures.ts";

const OWNERS: Partial<Record<LimitOwner, string>> = { keys: "Key", teams: "Team", users: "User" };

interface Actions {
  may: Record<LimitOwner, boolean>;
  onEdit: (row: LimitRow) => void;
  onRemove: (row: LimitRow) => void;
}

export const columnsOf = ({ may, onEdit, onRemove }: Actions): readonly Column<LimitRow>[] => [
  {
    title: "Name",
    style: "min-w-0 flex-1",
    cell: ({ name, owner }) => (
      <span className="flex items-center gap-2">
        <span className="truncate font-medium" title={name}>
          {name}
        </span>
        {OWNERS[owner] && <Badge className="hidden @xl:inline-flex">{OWNERS[owner]}</Badge>}
      </span>
    ),
  },
  {
    title: "Limits",
    style: "hidden min-w-0 flex-1 @2xl:block",
    cell: ({ covers }) => <span className="text-ink-2">{covers}</span>,
  },
  {
    title: "Nearest to its limit",
    style: "w-40 shrink-0 @5xl:hidden",
    cell: (row) => <Used name={row.name} share={nearestOf(row)} isNamed />,
  },
  ...FIGURES.map(
    ({ figure, title }): Column<LimitRow> => ({
      title,
      style: "hidden w-28 shrink-0 @5xl:block @7xl:w-40",
      cell: (row) => <Used name={row.name} share={shareOf(row, figure)} />,
    }),
  ),
  {
    title: "Edit",
    style: "w-8 shrink-0 @xl:w-17",
    right: true,
    cell: (row) =>
      may[row.owner] && (
        // biome-ignore lint/a11y/noStaticElementInteractions: only keeps clicks on the buttons from the row
        // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
        <span className="flex justify-end gap-0.5" onClick={(event) => event.stopPropagation()}>
          <RowButton
            icon={Pencil}
            name={`Edit ${row.name}`}
            title="Edit"
            className="hidden @xl:inline-flex"
            onClick={() => onEdit(row)}
          />
          <RowButton icon={Trash2} name={`Remove ${row.name}`} title="Remove" onClick={() => onRemove(row)} />
        </span>
      ),
  },
];

function Used({ name, share, isNamed = false }: { name: string; share: Share | null; isNamed?: boolean }) {
  if (share === null) return <span className="text-ink-3">–</span>;
  const { title, used, held, limit, subject } = share;
  const whose = subject === null ? "" : `, by ${subject}`;
  return (
    <span
      className="flex flex-col gap-1"
      title={`${title}: ${formatCount(used)} used, ${formatCount(held)} held, of ${formatCount(limit)}${whose}`}
    >
      <span className="figures truncate text-xs leading-4">
        {isNamed && <span className="text-ink-3">{title} </span>}
        {formatTokens(used + held)} <span className="text-ink-3">of {formatTokens(limit)}</span>
      </span>
      <BudgetBar
        name={`${name}, ${title}`}
        spent={used}
        held={held}
        limit={limit}
        format={formatCount}
        className="h-1"
      />
    </span>
  );
}
