import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { budgetsQuery } from "../../api/budgets.ts";
import type { Budget } from "../../api/types.ts";
import { BudgetBar } from "../../components/ui/budget-bar.tsx";
import { buttonStyle } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { budgetFigures } from "../../lib/budget-figures.ts";
import { fullestLabel, resetWord } from "../../lib/budget-words.ts";
import { formatPercent, formatRelative } from "../../lib/format.ts";

const SHOWN = 4;

function used(budget: Budget): number {
  const { spent, held, limit } = budgetFigures(budget);
  return (spent + held) / Math.max(1, limit);
}

function leftOf(budget: Budget): string {
  const { remaining, limit, format, formatBare } = budgetFigures(budget);
  return `${formatBare(remaining)} of ${format(limit)} left`;
}

/** The fullest budgets first. */
export function BudgetsNearLimit({ tenant }: { tenant: string }) {
  const budgets = useQuery(budgetsQuery(tenant));
  const fullest = [...(budgets.data ?? [])].sort((a, b) => used(b) - used(a)).slice(0, SHOWN);
  return (
    <Card
      title="Budgets"
      aside={
        <Link to="/$tenant/budgets" params={{ tenant }} className="text-sm text-accent hover:underline">
          All budgets
        </Link>
      }
    >
      {budgets.isPending && <SkeletonRows rows={2} />}
      {budgets.isError && !budgets.data && (
        <Failed what="Budgets" error={budgets.error} retry={() => void budgets.refetch()} />
      )}
      {budgets.data?.length === 0 && (
        <Empty
          className="py-8"
          title="No budget yet"
          action={
            <Link
              to="/$tenant/budgets"
              params={{ tenant }}
              search={{ new: "1" }}
              className={buttonStyle({ size: "sm" })}
            >
              Create a budget
            </Link>
          }
        >
          A hard budget stops spending at its limit, to the last cent.
        </Empty>
      )}
      <ul className="flex flex-col gap-3.5 px-4 pt-1.5 pb-4 empty:hidden">
        {fullest.map((budget) => (
          <li key={budget.id} className="flex flex-col gap-1.5">
            <span className="flex items-baseline justify-between gap-3 text-sm">
              <span className="truncate">{[budget.name, fullestLabel(budget)].filter(Boolean).join(", ")}</span>
              <span className="figures font-medium">{formatPercent(used(budget))}</span>
            </span>
            <BudgetBar
              name={budget.name}
              spent={budgetFigures(budget).spent}
              held={budgetFigures(budget).held}
              limit={budgetFigures(budget).limit}
              format={budgetFigures(budget).format}
            />
            <span className="figures flex justify-between gap-3 text-xs text-ink-3">
              <span>{leftOf(budget)}</span>
              {budget.resets_at && (
                <span className="shrink-0">
                  {resetWord(budget).toLowerCase()} {formatRelative(budget.resets_at)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
