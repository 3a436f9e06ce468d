/** Who changed what, from where, and how it was before. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useCallback } from "react";
import { type AuditFilters, auditPages, auditQuery } from "../../api/audit.ts";
import { useMay } from "../../api/me.ts";
import { tokensQuery } from "../../api/settings.ts";
import { membersQuery } from "../../api/team.ts";
import type { AuditEntry } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import { columnsOf } from "./columns.tsx";
import { EntryPanel } from "./entry-panel.tsx";
import { Filters } from "./filters.tsx";
import { actorNamer, actorsOf } from "./words.ts";

const CSV: readonly CsvColumn<AuditEntry>[] = [
  ["time", ({ time }) => time],
  ["id", ({ id }) => id],
  ["actor", ({ actor }) => actor],
  ["ip", ({ ip }) => ip],
  ["user_agent", ({ user_agent }) => user_agent],
  ["action", ({ action }) => action],
  ["kind", ({ kind }) => kind],
  ["record", ({ record_id }) => record_id],
  ["before", ({ before }) => before],
  ["after", ({ after }) => after],
];

export function AuditPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { id, ...filters } = useSearch({ from: "/$tenant/audit" });
  const navigate = useNavigate();
  const maySee = useMay("audit");
  const pages = useInfiniteQuery({ ...auditQuery(tenant, filters), enabled: maySee });
  const { data: members = [] } = useQuery(membersQuery(tenant));
  const { data: tokens = [] } = useQuery(tokensQuery(tenant));
  const actors = actorsOf(members, tokens);
  const entries = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const go = (change: AuditFilters & { id?: string }, replace: boolean): void => {
    void navigate({ to: "/$tenant/audit", params: { tenant }, search: { ...filters, id, ...change }, replace });
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const selected = entries.find((entry) => entry.id === id);
  if (!maySee) {
    return (
      <Page title="Audit">
        <Empty icon={<ScrollText aria-hidden className="size-6" />} title="Owners and admins see the audit log" />
      </Page>
    );
  }
  return (
    <Page
      fill
      title="Audit"
      controls={entries.length > 0 && <CsvButton name="audit" columns={CSV} rows={auditPages(tenant, filters)} />}
    >
      <Filters filters={filters} actors={actors} onChange={(change) => go({ ...change, id: undefined }, false)} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {pages.isPending && <SkeletonRows rows={12} className="h-10" />}
          {pages.isError && entries.length === 0 && (
            <Failed what="The audit log" error={pages.error} retry={() => void pages.refetch()} />
          )}
          {pages.isSuccess && entries.length === 0 && (
            <Empty
              icon={<ScrollText aria-hidden className="size-6" />}
              title={filtered ? "No change passes these filters" : "Nothing was changed yet"}
              className="flex-1 justify-center"
              action={
                hasNextPage ? (
                  <Button size="sm" busy={isFetchingNextPage} onClick={loadMore}>
                    Look further back
                  </Button>
                ) : (
                  filtered && (
                    <Button
                      size="sm"
                      onClick={() => void navigate({ to: "/$tenant/audit", params: { tenant }, search: {} })}
                    >
                      Clear the filters
                    </Button>
                  )
                )
              }
            >
              {filtered
                ? "Each change of keys, budgets, people and all else is kept, by whomever it was made."
                : "Who makes, changes or removes anything is noted here, with how it was before."}
            </Empty>
          )}
          {entries.length > 0 && (
            <VirtualTable
              name="Changes"
              columns={columnsOf(actorNamer(actors))}
              rows={entries}
              idOf={(entry) => entry.id}
              selected={id}
              onSelect={(next) => go({ id: next }, true)}
              onOpen={(next) => go({ id: next }, true)}
              onEnd={loadMore}
              loadingMore={isFetchingNextPage}
            />
          )}
        </div>
        {selected && (
          <EntryPanel
            entry={selected}
            actorName={actorNamer(actors)}
            onFilter={(change) => go({ ...change, id: undefined }, false)}
            onClose={() => go({ id: undefined }, true)}
          />
        )}
      </div>
    </Page>
  );
}
