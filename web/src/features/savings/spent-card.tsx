import { Link } from "@tanstack/react-router";
import type { CostReport } from "../../api/types.ts";
import { Card } from "../../components/ui/card.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { SkeletonRows } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatPercent, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { SPENT_BY } from "../../lib/search.ts";

type Breakdown = (typeof SPENT_BY)[number];
const TEXT: Record<Breakdown, string> = { model: "Model", provider: "Provider", key: "Key" };
const SHOWN = 12;

interface Row {
  id: string;
  name: string;
  note: string | null;
  search: { model?: string; provider?: string; key?: string } | null;
  requests: number;
  cost: number;
  saved: number;
}

/** What the rest of the bill is made of, and what was saved of each part. */
export function SpentCard(props: {
  tenant: string;
  report: CostReport | undefined;
  stale: boolean;
  by: Breakdown;
  onBreakdown: (by: Breakdown) => void;
  keyName: (id: string) => string;
}) {
  const { report, by } = props;
  const rows = report && rowsOf(report, by, props.keyName);
  return (
    <Card
      title="Spent"
      aside={
        <Segmented
          label="Break down by"
          value={by}
          options={SPENT_BY.map((value) => ({ value, text: TEXT[value] }))}
          onChange={props.onBreakdown}
        />
      }
    >
      {!rows && <SkeletonRows rows={4} className="h-10" />}
      {rows?.length === 0 && <p className="px-4 pt-1 pb-5 text-sm text-ink-2">No requests in this period.</p>}
      {rows && rows.length > 0 && (
        <div className={cn("overflow-x-auto pb-1.5", props.stale && "stale")}>
          <table className="w-full text-sm">
            <thead>
              <tr className="text-xs text-ink-3">
                <th scope="col" className="py-2 pl-4 text-left font-normal">
                  {TEXT[by]}
                </th>
                {["Requests", "Spent", "Saved", "Share"].map((head) => (
                  <th
                    key={head}
                    scope="col"
                    className={cn(
                      "py-2 pl-4 text-right font-normal last:pr-4",
                      head === "Saved" && "pr-4 md:pr-0",
                      head === "Requests" && "hidden sm:table-cell",
                      head === "Share" && "hidden md:table-cell",
                    )}
                  >
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, SHOWN).map((row) => (
                <tr key={row.id} className="border-t hover:bg-hover">
                  <th scope="row" className="w-2/5 max-w-0 py-0 pl-4 text-left font-normal">
                    <Name row={row} tenant={props.tenant} />
                  </th>
                  <td className="figures hidden pl-4 text-right whitespace-nowrap sm:table-cell">
                    {formatCount(row.requests)}
                  </td>
                  <td className="figures pl-4 text-right whitespace-nowrap" title={formatUsdExact(row.cost)}>
                    {formatUsd(row.cost)}
                  </td>
                  <td
                    className="figures pr-4 pl-4 text-right whitespace-nowrap md:pr-0"
                    title={formatUsdExact(row.saved)}
                  >
                    {formatUsd(row.saved)}
                  </td>
                  <td className="figures hidden pr-4 pl-4 text-right whitespace-nowrap text-ink-2 md:table-cell">
                    {shareOf(row, nanosOf(report?.spent.cost_usd ?? "0"))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > SHOWN && (
            <p className="border-t px-4 py-2 text-xs text-ink-3">{formatCount(rows.length - SHOWN)} more</p>
          )}
        </div>
      )}
    </Card>
  );
}

function Name({ row, tenant }: { row: Row; tenant: string }) {
  const text = (
    <>
      <span className="truncate">{row.name}</span>
      {row.note && <span className="truncate text-xs text-ink-3">{row.note}</span>}
    </>
  );
  const style = "flex h-9 min-w-0 items-center gap-2";
  if (row.search === null) return <span className={style}>{text}</span>;
  return (
    <Link
      to="/$tenant/requests"
      params={{ tenant }}
      search={row.search}
      title={`Requests of ${row.name}`}
      className={cn(style, "hover:underline focus-visible:outline-offset-[-2px]")}
    >
      {text}
    </Link>
  );
}

const shareOf = ({ cost }: Row, total: number): string => (total > 0 ? formatPercent(cost / total) : "–");

function rowsOf({ spent }: CostReport, by: Breakdown, keyName: (id: string) => string): Row[] {
  const figures = ({ requests, cost_usd, saved_usd }: CostReport["spent"]["by_provider"][number]) => ({
    ...{ requests, cost: nanosOf(cost_usd), saved: nanosOf(saved_usd) },
  });
  switch (by) {
    case "model":
      return spent.by_model.map((row) => ({
        ...{ id: `${row.provider}/${row.model}`, name: row.model, note: row.provider },
        search: { model: row.model, provider: row.provider },
        ...figures(row),
      }));
    case "provider":
      return spent.by_provider.map((row) => ({
        ...{ id: row.provider, name: row.provider, note: null, search: { provider: row.provider } },
        ...figures(row),
      }));
    case "key":
      return spent.by_key.map((row) => ({
        ...{ id: row.key ?? "", name: row.key === null ? "No key" : keyName(row.key), note: null },
        search: row.key === null ? null : { key: row.key },
        ...figures({ ...row, provider: "" }),
      }));
  }
}
