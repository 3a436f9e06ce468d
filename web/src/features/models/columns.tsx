/** The columns of the list of models: dollars for a million tokens. */
import type { PricedModel, SummaryRow, TokenKind } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import type { Column } from "../../components/ui/virtual-table.tsx";
import { formatCount, formatTokens, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { formatPrice, SOURCES } from "./words.ts";

const price = (title: string, kind: TokenKind, style: string): Column<PricedModel> => ({
  title,
  style,
  right: true,
  figures: true,
  cell: ({ per_million_tokens }) => {
    const usd = per_million_tokens[kind];
    return (
      <span className={usd === undefined ? "text-ink-3" : undefined} title="A million tokens">
        {formatPrice(usd)}
      </span>
    );
  },
});

const tokens = (count: number | null) =>
  count === null ? (
    <span className="text-ink-3">–</span>
  ) : (
    <span title={formatCount(count)}>{formatTokens(count)}</span>
  );

export const columnsOf = (spendOf: (model: PricedModel) => SummaryRow | undefined): readonly Column<PricedModel>[] => [
  {
    title: "Model",
    style: "min-w-0 flex-1",
    cell: ({ model }) => (
      <span className="font-medium" title={model}>
        {model}
      </span>
    ),
  },
  {
    title: "Provider",
    style: "hidden w-28 shrink-0 @lg:block",
    cell: ({ provider }) => <span className="text-ink-2">{provider}</span>,
  },
  {
    title: "Price",
    style: "hidden w-22 shrink-0 @2xl:block",
    cell: ({ source }) => <Badge tone={SOURCES[source].tone}>{SOURCES[source].title}</Badge>,
  },
  price("Input", "input", "w-18 shrink-0"),
  price("Cached", "input_cached", "hidden w-18 shrink-0 @xl:block"),
  price("Cache write", "input_cache_write", "hidden w-22 shrink-0 @5xl:block"),
  price("Output", "output", "w-18 shrink-0"),
  {
    title: "Context",
    style: "hidden w-20 shrink-0 @3xl:block",
    right: true,
    figures: true,
    cell: ({ context_window }) => tokens(context_window),
  },
  {
    title: "Longest answer",
    style: "hidden w-26 shrink-0 @6xl:block",
    right: true,
    figures: true,
    cell: ({ max_output }) => tokens(max_output),
  },
  {
    title: "Spent, 30 d",
    style: "hidden w-24 shrink-0 @4xl:block",
    right: true,
    figures: true,
    cell: (model) => {
      const row = spendOf(model);
      if (!row) return "";
      const nanos = row.unpriced === row.requests ? null : nanosOf(row.cost_usd);
      return <span title={formatUsdExact(nanos)}>{formatUsd(nanos)}</span>;
    },
  },
];
