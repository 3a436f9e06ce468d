import { ChartNoAxesCombined, Pencil, Trash2 } from "lucide-react";
import { useMay } from "../../api/me.ts";
import type { Budget, Key } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { BudgetBar } from "../../components/ui/budget-bar.tsx";
import { Button } from "../../components/ui/button.tsx";
import { type BudgetFigures, budgetFigures } from "../../lib/budget-figures.ts";
import { fullestLabel, resetWord } from "../../lib/budget-words.ts";
import { formatPercent, formatRelative, formatUtc } from "../../lib/format.ts";
import { scopeLabel } from "../../lib/scope.ts";
import { BudgetBurn } from "./budget-burn.tsx";
import { PERIOD_WORD } from "./period-word.ts";

interface Props {
  budget: Budget;
  keys: Key[];
  tenant: string;
  /** Whether it is looked into. */
  open: boolean;
  onToggle: () => void;
  onEdit: () => void;
  onDelete: () => void;
}

export function BudgetRow({ budget, keys, tenant, open, onToggle, onEdit, onDelete }: Props) {
  const mayChange = useMay("budgets");
  const figures = budgetFigures(budget);
  const { limit, spent, held } = figures;
  const fullest = fullestLabel(budget);
  return (
    <li className="flex flex-col gap-2.5 px-4 py-4 sm:px-5" data-budget={budget.id}>
      <div className="flex items-start justify-between gap-3">
        <div className="flex min-w-0 flex-col gap-0.5">
          <span className="flex flex-wrap items-center gap-2">
            <span className="truncate font-medium">{budget.name}</span>
            <Badge tone={budget.enforcement === "hard" ? "accent" : "neutral"}>
              {budget.enforcement === "hard" ? "Hard" : "Soft"}
            </Badge>
          </span>
          <span className="text-xs text-ink-2">
            {scopeLabel(budget.scope, keys)} · {figures.format(limit)}{" "}
            {budget.rolling ? `in the last ${budget.period}` : PERIOD_WORD[budget.period]}
          </span>
        </div>
        <div className="flex gap-1">
          <Button
            tone="quiet"
            size="icon"
            aria-expanded={open}
            aria-label={`Burn-down of ${budget.name}`}
            title="Burn-down"
            onClick={onToggle}
          >
            <ChartNoAxesCombined aria-hidden className="size-4" />
          </Button>
          {mayChange && (
            <>
              <Button tone="quiet" size="icon" aria-label={`Edit ${budget.name}`} title="Edit" onClick={onEdit}>
                <Pencil aria-hidden className="size-4" />
              </Button>
              <Button tone="quiet" size="icon" aria-label={`Delete ${budget.name}`} title="Delete" onClick={onDelete}>
                <Trash2 aria-hidden className="size-4" />
              </Button>
            </>
          )}
        </div>
      </div>
      <BudgetBar name={budget.name} spent={spent} held={held} limit={limit} format={figures.format} className="h-2.5" />
      {fullest && (
        <p className="truncate text-xs text-ink-3">
          Nearest to its limit: <span className="text-ink-2">{fullest}</span>
        </p>
      )}
      <dl className="figures flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Amount
          name={budget.unit === "usd" ? "Spent" : "Used"}
          amount={spent}
          figures={figures}
          note={limit > 0 ? formatPercent(spent / limit) : undefined}
        />
        <Amount name="Held" amount={held} figures={figures} />
        <Amount name="Left" amount={figures.remaining} figures={figures} />
        <div className="flex gap-1.5 sm:ml-auto">
          <dt className="text-ink-3">{endOf(budget)}</dt>
          {budget.resets_at && <dd title={formatUtc(budget.resets_at)}>{formatRelative(budget.resets_at)}</dd>}
        </div>
      </dl>
      {open && <BudgetBurn tenant={tenant} budget={budget} />}
    </li>
  );
}

/** What its end is called. Where nobody spent anything there may be none yet. */
function endOf(budget: Budget): string {
  if (budget.resets_at) return resetWord(budget);
  return budget.period === "total" ? "Never resets" : "Nothing counts yet";
}

interface AmountProps {
  name: string;
  amount: number;
  figures: BudgetFigures;
  note?: string;
}

function Amount({ name, amount, figures, note }: AmountProps) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd title={figures.formatExact(amount)}>
        {figures.format(amount)}
        {note && <span className="text-ink-3"> · {note}</span>}
      </dd>
    </div>
  );
}
