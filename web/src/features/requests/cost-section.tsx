/** How a request's cost comes about: tokens × price = part, down to the total. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { costQuery } from "../../api/cost.ts";
import type { ExplainedCost, UsageRecord } from "../../api/types.ts";
import { Failed, Skeleton } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount } from "../../lib/format.ts";
import { type CostLine, type CostLines, costLines } from "./cost-lines.ts";
import { Section } from "./section.tsx";

const WHY: Record<NonNullable<ExplainedCost["mismatch"]>, string> = {
  provider_cost: "The provider reported this cost.",
  charged_at_bound: "Charged at its upper bound: the provider reported no tokens.",
  unpriced: "Cost not known: no price.",
  price_changed: "The price changed since this was charged.",
  price_removed: "The price that this was charged at was removed since.",
  not_reproducible: "Not the sum of its parts, most often because it was capped at what was held.",
};

const FIGURES = "figures py-1.5 pl-2 text-right sm:pl-3";

export function CostSection({ record, tenant }: { record: UsageRecord; tenant: string }) {
  const { data, isError, error, refetch } = useQuery(costQuery(tenant, record.id));
  return (
    <Section title="Cost">
      {data ? (
        <Explanation cost={data} />
      ) : isError ? (
        <Failed what="How it was charged" error={error} retry={() => void refetch()} className="py-4" />
      ) : (
        <Loading />
      )}
    </Section>
  );
}

function Explanation({ cost }: { cost: ExplainedCost }) {
  const parts = costLines(cost);
  // The provider's own figure may be what the parts would be, too; it is still the provider's.
  const why = cost.price_source === "provider" ? WHY.provider_cost : cost.mismatch && WHY[cost.mismatch];
  const note = why ?? (parts.rounded ? "Rounded up to the next billionth of a dollar." : null);
  return (
    <div className="flex flex-col gap-2">
      {parts.lines.length > 0 ? (
        <PartsTable parts={parts} matches={cost.matches} />
      ) : (
        why === null && <Note>Nothing was charged.</Note>
      )}
      {note && <Note>{note}</Note>}
    </div>
  );
}

function PartsTable({ parts, matches }: { parts: CostLines; matches: boolean }) {
  return (
    // Twelve decimals have to fit a phone.
    <table className="w-full text-xs sm:text-sm">
      <thead className="text-xs text-ink-3">
        <tr>
          <th scope="col" className="pb-1 text-left font-normal">
            Kind
          </th>
          <th scope="col" className="pb-1 pl-2 text-right font-normal sm:pl-3">
            Amount
          </th>
          <th scope="col" className="pb-1 pl-2 text-right font-normal sm:pl-3">
            Price
          </th>
          <th scope="col" className="pb-1 pl-2 text-right font-normal sm:pl-3">
            Part
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a kind may be there once a model; their order is fixed
          <PartRow key={at} line={line} />
        ))}
      </tbody>
      <tfoot>
        {!matches && <TotalRow name="Sum" amount={parts.sum} />}
        <TotalRow name={matches ? "Total" : "Charged"} amount={parts.charged ?? "–"} />
      </tfoot>
    </table>
  );
}

const PartRow = ({ line }: { line: CostLine }) => (
  <>
    {line.model && (
      <tr className="border-t text-xs text-ink-3">
        <td colSpan={4} className="pt-2 break-all">
          {line.model}
        </td>
      </tr>
    )}
    <tr className={cn("align-top", !line.model && "border-t")}>
      <th scope="row" className="py-1.5 text-left font-normal">
        {line.kind}
      </th>
      <td className={FIGURES}>{formatCount(line.units)}</td>
      <td className={FIGURES}>
        {line.price}
        <span className="block text-xs whitespace-nowrap text-ink-3">{line.per}</span>
      </td>
      <td className={FIGURES}>{line.cost}</td>
    </tr>
  </>
);

const TotalRow = ({ name, amount }: { name: string; amount: string }) => (
  <tr className="border-t font-medium">
    <th scope="row" colSpan={3} className="py-1.5 text-left font-medium">
      {name}
    </th>
    <td className={FIGURES}>{amount}</td>
  </tr>
);

const Note = ({ children }: { children: ReactNode }) => <p className="text-xs text-pretty text-ink-2">{children}</p>;

/** Most requests have two parts and a total. */
const Loading = () => (
  <div role="status" aria-label="Loading" className="flex flex-col">
    <span className="flex h-5 items-center">
      <Skeleton className="h-2.5 w-10" />
    </span>
    {["h-12", "h-12", "h-8"].map((height, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move
      <span key={row} className={`${height} flex items-center justify-between border-t`}>
        <Skeleton className="h-3 w-1/5" />
        <Skeleton className="h-3 w-1/4" />
      </span>
    ))}
  </div>
);
