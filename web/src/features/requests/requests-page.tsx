/** What happened to that request? Filters, the live list, and the chosen request beside it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { List, Pause, Play } from "lucide-react";
import { useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import type { UsageFilters } from "../../api/usage.ts";
import { Button } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import { formatCount } from "../../lib/format.ts";
import { isFresh } from "../../lib/fresh.ts";
import { keyNamer } from "../../lib/key-name.ts";
import { columnsOf } from "./columns.tsx";
import { ExportButton } from "./export-button.tsx";
import { Filters } from "./filters.tsx";
import { RecordPanel } from "./record-panel.tsx";
import { useRequests } from "./use-requests.ts";
import { ViewsMenu } from "./views-menu.tsx";

export function RequestsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { id, ...filters } = useSearch({ from: "/$tenant/requests" });
  const navigate = useNavigate();
  const [paused, setPaused] = useState(false);
  const { data: keys = [] } = useQuery(keysQuery(tenant));
  const { pages, records, waiting, release } = useRequests(tenant, filters, paused);
  const filtered = Object.values(filters).some((value) => value !== undefined);

  const go = (change: UsageFilters & { id?: string }, replace: boolean): void => {
    void navigate({ to: "/$tenant/requests", params: { tenant }, search: { ...filters, id, ...change }, replace });
  };
  const togglePause = (): void => {
    if (paused) release();
    setPaused(!paused);
  };
  const loadMore = (): void => {
    if (pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
  };

  return (
    <Page
      fill
      title="Requests"
      controls={
        <>
          {paused && waiting > 0 && (
            <Button size="sm" tone="quiet" onClick={release} className="figures">
              Show {formatCount(waiting)} new
            </Button>
          )}
          <Button size="sm" onClick={togglePause} aria-pressed={paused}>
            {paused ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
            {paused ? "Resume" : "Pause"}
          </Button>
          <ViewsMenu
            tenant={tenant}
            filters={filters}
            onPick={(picked) => void navigate({ to: "/$tenant/requests", params: { tenant }, search: picked })}
          />
          <ExportButton tenant={tenant} filters={filters} />
        </>
      }
    >
      <Filters filters={filters} keys={keys} onChange={(change) => go(change, false)} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {pages.isPending && <SkeletonRows rows={12} className="h-10" />}
          {pages.isError && records.length === 0 && (
            <Failed what="Requests" error={pages.error} retry={() => void pages.refetch()} />
          )}
          {pages.isSuccess && records.length === 0 && (
            <Empty
              icon={<List aria-hidden className="size-6" />}
              title={filtered ? "No request passes these filters" : "No request yet"}
              className="flex-1 justify-center"
              action={
                filtered && (
                  <Button
                    size="sm"
                    onClick={() => void navigate({ to: "/$tenant/requests", params: { tenant }, search: {} })}
                  >
                    Clear the filters
                  </Button>
                )
              }
            >
              {filtered
                ? "New ones that do appear here by themselves."
                : "Each request appears here as it ends, with its exact cost."}
            </Empty>
          )}
          {records.length > 0 && (
            <VirtualTable
              name="Requests"
              columns={columnsOf(keyNamer(keys))}
              rows={records}
              idOf={({ id: each }) => each}
              isFresh={isFresh}
              selected={id}
              onSelect={(next) => go({ id: next }, true)}
              onOpen={(next) => void navigate({ to: "/$tenant/requests/$id", params: { tenant, id: next } })}
              onEnd={loadMore}
              loadingMore={pages.isFetchingNextPage}
            />
          )}
        </div>
        {id !== undefined && (
          <RecordPanel
            tenant={tenant}
            id={id}
            known={records.find((record) => record.id === id)}
            keyName={keyNamer(keys)}
            onClose={() => go({ id: undefined }, true)}
          />
        )}
      </div>
    </Page>
  );
}
