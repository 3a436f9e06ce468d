/** Will it last? Each budget with what is spent, held and left, and when it begins anew. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Gauge, Plus } from "lucide-react";
import { useState } from "react";
import { budgetsQuery, useDeleteBudget } from "../../api/budgets.ts";
import { keysQuery } from "../../api/keys.ts";
import { useMay } from "../../api/me.ts";
import type { Budget } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { BudgetDialog } from "./budget-dialog.tsx";
import { BudgetRow } from "./budget-row.tsx";

export function BudgetsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/budgets" });
  const navigate = useNavigate();
  const budgets = useQuery(budgetsQuery(tenant));
  const { data: keys = [] } = useQuery(keysQuery(tenant));
  const remove = useDeleteBudget(tenant);
  const [editing, setEditing] = useState<Budget | null>(null);
  const [deleting, setDeleting] = useState<Budget | null>(null);
  const creating = (open: boolean): void => {
    void navigate({ to: "/$tenant/budgets", params: { tenant }, search: open ? { new: "1" } : {}, replace: true });
  };
  const look = (open: string | undefined): void => {
    void navigate({ to: "/$tenant/budgets", params: { tenant }, search: { open }, replace: true });
  };
  const mayChange = useMay("budgets");
  const create = mayChange && (
    <Button tone="primary" size="sm" onClick={() => creating(true)}>
      <Plus aria-hidden className="size-4" />
      Create budget
    </Button>
  );
  return (
    <Page title="Budgets" controls={create}>
      <Card className="overflow-hidden">
        {budgets.isPending && <SkeletonRows rows={3} className="h-24" />}
        {budgets.isError && !budgets.data && (
          <Failed what="Budgets" error={budgets.error} retry={() => void budgets.refetch()} />
        )}
        {budgets.data?.length === 0 && (
          <Empty icon={<Gauge aria-hidden className="size-6" />} title="No budget yet" action={create}>
            A hard budget is never passed: a request that it cannot pay for is refused before anything is sent to the
            provider.
          </Empty>
        )}
        <ul className="divide-y empty:hidden">
          {budgets.data?.map((budget) => (
            <BudgetRow
              key={budget.id}
              budget={budget}
              keys={keys}
              tenant={tenant}
              open={search.open === budget.id}
              onToggle={() => look(search.open === budget.id ? undefined : budget.id)}
              onEdit={() => setEditing(budget)}
              onDelete={() => setDeleting(budget)}
            />
          ))}
        </ul>
      </Card>
      <BudgetDialog
        tenant={tenant}
        keys={keys}
        budget={null}
        open={mayChange && search.new === "1"}
        onClose={() => creating(false)}
      />
      <BudgetDialog
        tenant={tenant}
        keys={keys}
        budget={editing}
        open={editing !== null}
        onClose={() => setEditing(null)}
      />
      <Confirm
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ""}?`}
        action="Delete budget"
        onConfirm={async () => {
          if (!deleting) return;
          await remove.mutateAsync(deleting.id);
          toast(`${deleting.name} is deleted`);
        }}
      >
        Nothing limits this spend any more. The requests it counted stay on record.
      </Confirm>
    </Page>
  );
}
