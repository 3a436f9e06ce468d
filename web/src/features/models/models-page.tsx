/** What does a model cost? The catalogue, and over it the prices that were negotiated or that nobody else knows. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Boxes, Plus } from "lucide-react";
import { useCallback, useState } from "react";
import { useMay } from "../../api/me.ts";
import { type ModelFilters, modelPages, modelQuery, modelsQuery, pricesQuery } from "../../api/models.ts";
import { providersQuery } from "../../api/providers.ts";
import { summaryQuery } from "../../api/summary.ts";
import type { PricedModel, SummaryRow } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Select } from "../../components/ui/field.tsx";
import { Page } from "../../components/ui/page.tsx";
import { SearchInput } from "../../components/ui/search-input.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import { spanOf } from "../../lib/period.ts";
import type { ModelsSearch } from "../../lib/search.ts";
import { columnsOf } from "./columns.tsx";
import { ModelDialog } from "./model-dialog.tsx";
import { PriceDialog } from "./price-dialog.tsx";
import { Unpriced } from "./unpriced.tsx";
import { KINDS } from "./words.ts";

const CSV: readonly CsvColumn<PricedModel>[] = [
  ["provider", ({ provider }) => provider],
  ["model", ({ model }) => model],
  ["price_of", ({ source }) => source],
  ...KINDS.map(
    ({ kind }): CsvColumn<PricedModel> => [
      `${kind}_per_million_usd`,
      ({ per_million_tokens }) => per_million_tokens[kind],
    ],
  ),
  ["per_request_usd", ({ per_request }) => per_request],
  ["per_unit_usd", ({ per_unit }) => per_unit],
  ["tiers", ({ tiers }) => tiers],
  ["context_window", ({ context_window }) => context_window],
  ["max_output", ({ max_output }) => max_output],
];

const SOURCES = [
  { value: "", text: "All" },
  { value: "tenant", text: "Yours" },
  { value: "none", text: "No price" },
] as const;

const nameOf = ({ provider, model }: Pick<PricedModel, "provider" | "model">): string => `${provider}/${model}`;

export function ModelsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { open, set, ...filters } = useSearch({ from: "/$tenant/models" });
  const navigate = useNavigate();
  const pages = useInfiniteQuery(modelsQuery(tenant, filters));
  const { data: known = [] } = useQuery(providersQuery);
  const [from] = useState(() => spanOf("30d", Date.now()).from);
  const { data: usage = [] } = useQuery(summaryQuery(tenant, { from, group_by: "provider,model" }));
  const [selected, setSelected] = useState<string>();
  const models = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const mayChange = useMay("prices");
  const go = (change: ModelsSearch): void => {
    void navigate({
      to: "/$tenant/models",
      params: { tenant },
      // From where the page is going, not from where it is: two filters may change at once.
      search: (before) => ({ ...before, open: undefined, set: undefined, ...change }),
      replace: true,
    });
  };
  const filter = (change: ModelFilters): void => go(change);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const spendOf = (model: PricedModel): SummaryRow | undefined =>
    usage.find((row) => row.provider === model.provider && row.model === model.model);
  // A link may be about one that is far down in the list.
  const wanted = open ?? (set === "new" ? undefined : set);
  const listed = models.find((model) => nameOf(model) === wanted) ?? null;
  const isFar = wanted !== undefined && listed === null;
  const far = useQuery({ ...modelQuery(tenant, wanted ?? ""), enabled: isFar && pages.isSuccess });
  const own = useQuery({ ...pricesQuery(tenant), enabled: set !== undefined });
  const isLooking = (isFar && far.isPending && !pages.isError) || own.isPending;
  const found = listed ?? (isFar ? far.data : null) ?? null;
  return (
    <Page
      fill
      title="Models"
      controls={
        <>
          <CsvButton name="models" columns={CSV} rows={modelPages(tenant, filters)} />
          {mayChange && (
            <Button tone="primary" size="sm" onClick={() => go({ set: "new" })}>
              <Plus aria-hidden className="size-4" />
              Set a price
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2.5 sm:px-6">
        <SearchInput
          label="Search models"
          placeholder="Search, e.g. claude sonnet"
          value={filters.q ?? ""}
          onChange={(q) => filter({ q: q || undefined })}
        />
        <Select
          aria-label="Provider"
          value={filters.provider ?? ""}
          onChange={(event) => filter({ provider: event.target.value || undefined })}
          className="h-8! w-38! text-sm!"
        >
          <option value="">Any provider</option>
          {known.map(({ slug }) => (
            <option key={slug} value={slug}>
              {slug}
            </option>
          ))}
        </Select>
        <Segmented
          label="Whose price"
          value={filters.source ?? ""}
          options={SOURCES}
          onChange={(source) => filter({ source: source || undefined })}
        />
      </div>
      <Unpriced usage={usage} onSet={mayChange ? (model) => go({ set: model }) : null} />
      {pages.isPending && <SkeletonRows rows={12} className="h-10" />}
      {pages.isError && models.length === 0 && (
        <Failed what="Models" error={pages.error} retry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && models.length === 0 && (
        <Empty
          icon={<Boxes aria-hidden className="size-6" />}
          title={filters.source === "tenant" && !filters.q ? "No price of yours yet" : "No model passes these filters"}
          className="flex-1 justify-center"
          action={
            filtered && (
              <Button size="sm" onClick={() => filter({ q: undefined, provider: undefined, source: undefined })}>
                Clear the filters
              </Button>
            )
          }
        >
          A price of your own counts before the catalogue's: as negotiated, or of a model that no catalogue lists.
        </Empty>
      )}
      {models.length > 0 && (
        <VirtualTable
          name="Models"
          columns={columnsOf(spendOf)}
          rows={models}
          idOf={nameOf}
          selected={selected}
          onSelect={setSelected}
          onPick={(id) => go({ open: id })}
          onOpen={(id) => go({ open: id })}
          onEnd={loadMore}
          loadingMore={isFetchingNextPage}
        />
      )}
      <ModelDialog
        tenant={tenant}
        model={open === undefined ? null : found}
        onSet={mayChange ? (model) => go({ set: nameOf(model) }) : null}
        onClose={() => go({})}
      />
      {mayChange && set !== undefined && !isLooking && (
        <PriceDialog
          key={set}
          tenant={tenant}
          name={set === "new" ? "" : set}
          listed={found}
          own={own.data ?? []}
          onClose={() => go({})}
        />
      )}
    </Page>
  );
}
