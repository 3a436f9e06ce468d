/** How fast may it go? Every rate limit, of scopes and of keys, teams and users themselves, with what is used now. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Plus, Timer } from "lucide-react";
import { useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import { rateLimitsQuery, useRemoveLimit } from "../../api/limits.ts";
import { useMay } from "../../api/me.ts";
import { partiesQuery } from "../../api/team.ts";
import { Button } from "../../components/ui/button.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import type { EditSearch } from "../../lib/search.ts";
import { toast } from "../../lib/toast.ts";
import { columnsOf } from "./columns.tsx";
import { FIGURES, type LimitRow, rowsOf, shareOf } from "./figures.ts";
import { LimitDialog } from "./limit-dialog.tsx";

/** Minutes roll: what is used now is another figure soon. */
const LOOK_EVERY_MS = 3_000;
const live = { refetchInterval: LOOK_EVERY_MS, placeholderData: keepPreviousData } as const;
const nothing = (): void => {};

const CSV: readonly CsvColumn<LimitRow>[] = [
  ["name", ({ name }) => name],
  ["covers", ({ covers }) => covers],
  ...FIGURES.flatMap(({ figure }): CsvColumn<LimitRow>[] => [
    [figure, ({ rates }) => rates[figure]],
    [`${figure}_used`, (row) => shareOf(row, figure)?.used],
  ]),
];

export function LimitsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/limits" });
  const navigate = useNavigate();
  const limits = useQuery({ ...rateLimitsQuery(tenant), ...live });
  const keys = useQuery({ ...keysQuery(tenant), ...live });
  const teams = useQuery({ ...partiesQuery(tenant, "teams"), ...live });
  const users = useQuery({ ...partiesQuery(tenant, "users"), ...live });
  const remove = useRemoveLimit(tenant);
  const [removing, setRemoving] = useState<LimitRow | null>(null);
  const [selected, setSelected] = useState<string>();
  const go = (next: EditSearch): void => {
    void navigate({ to: "/$tenant/limits", params: { tenant }, search: next, replace: true });
  };
  const mayLimit = useMay("budgets");
  const may = { "rate-limits": mayLimit, keys: useMay("keys"), teams: useMay("parties"), users: useMay("parties") };
  const lists = [limits, keys, teams, users];
  const failed = lists.find(({ isError, data }) => isError && !data);
  const isPending = !failed && lists.some(({ data }) => !data);
  const rows = rowsOf({
    limits: limits.data ?? [],
    keys: keys.data ?? [],
    teams: teams.data ?? [],
    users: users.data ?? [],
  });
  const idOf = ({ owner, id }: LimitRow): string => `${owner}:${id}`;
  const editing = rows.find((row) => idOf(row) === search.edit) ?? null;
  const edit = (id: string): void => {
    const row = rows.find((each) => idOf(each) === id);
    if (row && may[row.owner]) go({ edit: id });
  };
  const add = mayLimit && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Create limit
    </Button>
  );
  return (
    <Page
      fill
      title="Limits"
      controls={
        <>
          {rows.length > 0 && <CsvButton name="limits" columns={CSV} rows={rows} />}
          {add}
        </>
      }
    >
      {isPending && <SkeletonRows rows={8} className="h-10" />}
      {failed && (
        <Failed
          what="Limits"
          error={failed.error}
          retry={() => {
            for (const list of lists) if (list.isError) void list.refetch();
          }}
        />
      )}
      {!isPending && !failed && rows.length === 0 && (
        <Empty
          icon={<Timer aria-hidden className="size-6" />}
          title="No rate limit yet"
          action={add}
          className="flex-1 justify-center"
        >
          Requests and tokens a minute or a day, and requests at once: for the whole organization, a key, a user, a
          team, a model, or each of them apart. What is over it gets 429 and costs nothing.
        </Empty>
      )}
      {!isPending && !failed && rows.length > 0 && (
        <VirtualTable
          name="Limits"
          columns={columnsOf({ may, onEdit: (row) => edit(idOf(row)), onRemove: setRemoving })}
          rows={rows}
          idOf={idOf}
          selected={selected}
          onSelect={setSelected}
          onPick={edit}
          onOpen={edit}
          onEnd={nothing}
          loadingMore={false}
        />
      )}
      {((mayLimit && search.new === "1") || editing) && (
        <LimitDialog tenant={tenant} keys={keys.data ?? []} row={editing} onClose={() => go({})} />
      )}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the limits of ${removing?.name}?`}
        action="Remove limits"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing);
          toast(`The limits of ${removing.name} are gone`);
        }}
      >
        {removing?.owner === "rate-limits"
          ? "Requests are not held back by it any more, within ten seconds everywhere."
          : "It stays, and is not held back by limits of its own any more, within ten seconds everywhere."}
      </Confirm>
    </Page>
  );
}
