/** What did the agents do? Their runs, each with its requests, its length and its cost. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useCallback, useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import { type SessionFilters, sessionsQuery } from "../../api/sessions.ts";
import { Button } from "../../components/ui/button.tsx";
import { Select } from "../../components/ui/field.tsx";
import { Page } from "../../components/ui/page.tsx";
import { SearchInput } from "../../components/ui/search-input.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import { keyNamer } from "../../lib/key-name.ts";
import { columnsOf } from "./columns.tsx";

export function SessionsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const filters = useSearch({ from: "/$tenant/sessions" });
  const navigate = useNavigate();
  const [selected, setSelected] = useState<string>();
  const { data: keys = [] } = useQuery(keysQuery(tenant));
  const pages = useInfiniteQuery(sessionsQuery(tenant, filters));
  const sessions = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const change = (next: SessionFilters): void => {
    void navigate({ to: "/$tenant/sessions", params: { tenant }, search: { ...filters, ...next }, replace: true });
  };
  const open = (id: string): void => {
    void navigate({ to: "/$tenant/sessions/$id", params: { tenant, id } });
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Page fill title="Sessions">
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2.5 sm:px-6">
        <SearchInput
          label="Sessions that begin with"
          placeholder="Name begins with…"
          value={filters.q ?? ""}
          onChange={(q) => change({ q: q || undefined })}
        />
        {keys.length > 0 && (
          <Select
            aria-label="Key"
            value={filters.key ?? ""}
            onChange={(event) => change({ key: event.target.value || undefined })}
            className="h-8! w-38! text-sm!"
          >
            <option value="">Any key</option>
            {keys.map((key) => (
              <option key={key.id} value={key.id}>
                {key.name}
              </option>
            ))}
          </Select>
        )}
        {filters.user !== undefined && (
          <Button size="sm" onClick={() => change({ user: undefined })}>
            User: {filters.user} ×
          </Button>
        )}
        {filters.team !== undefined && (
          <Button size="sm" onClick={() => change({ team: undefined })}>
            Team: {filters.team} ×
          </Button>
        )}
      </div>
      {pages.isPending && <SkeletonRows rows={12} className="h-10" />}
      {pages.isError && sessions.length === 0 && (
        <Failed what="Sessions" error={pages.error} retry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && sessions.length === 0 && (
        <Empty
          icon={<Workflow aria-hidden className="size-6" />}
          title={filtered ? "No session passes these filters" : "No session yet"}
          className="flex-1 justify-center"
          action={
            filtered && (
              <Button
                size="sm"
                onClick={() => change({ q: undefined, key: undefined, user: undefined, team: undefined })}
              >
                Clear the filters
              </Button>
            )
          }
        >
          {filtered ? (
            "Only names that begin with the text are found."
          ) : (
            <>
              Send the header <code className="font-mono text-xs">x-meterr-session</code> with each request of an
              agent's run, and the run is here with its requests in order and what it cost.
            </>
          )}
        </Empty>
      )}
      {sessions.length > 0 && (
        <VirtualTable
          name="Sessions"
          columns={columnsOf(keyNamer(keys))}
          rows={sessions}
          idOf={({ id }) => id}
          selected={selected}
          onSelect={setSelected}
          onPick={open}
          onOpen={open}
          onEnd={loadMore}
          loadingMore={isFetchingNextPage}
        />
      )}
    </Page>
  );
}
