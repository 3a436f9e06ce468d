/** What a chart says about one step: to the eye in a tip, to a screen reader in a table. */
import { memo, useDeferredValue } from "react";
import type { ChartData } from "./stacked-bars.tsx";

const TIP_PX = 232;

export function ChartTip(props: {
  data: ChartData;
  at: number;
  total: number;
  format: (value: number) => string;
  x: number;
  width: number;
}) {
  const { data, at, total, format, x, width } = props;
  const parts = data.series.filter((series) => (series.values[at] ?? 0) !== 0).reverse();
  const before = data.previous?.[at];
  const left = x + 16 + TIP_PX < width ? x + 16 : Math.max(0, x - 16 - TIP_PX);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none absolute top-2 z-10 rounded-lg border border-line-strong bg-surface p-3 text-xs shadow-lg"
      style={{ left, width: TIP_PX }}
    >
      <p className="mb-2 font-medium">{data.steps[at]?.full}</p>
      <dl className="flex flex-col gap-1">
        {parts.map((series) => (
          <Line key={series.name} color={series.color} name={series.name} value={format(series.values[at] ?? 0)} />
        ))}
        <div className="mt-1 flex justify-between gap-3 border-t pt-1.5 font-medium">
          <dt>Total</dt>
          <dd className="figures">{format(total)}</dd>
        </div>
        {data.limit && (
          <div className="flex justify-between gap-3 text-ink-3">
            <dt className="truncate">{data.limit.name}</dt>
            <dd className="figures">{format(Math.round(data.limit.value))}</dd>
          </div>
        )}
        {before !== null && before !== undefined && (
          <div className="flex justify-between gap-3 text-ink-3">
            <dt>Period before</dt>
            <dd className="figures">{format(before)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}

function Line({ color, name, value }: { color: string; name: string; value: string }) {
  return (
    <div className="flex items-center justify-between gap-3">
      <dt className="flex min-w-0 items-center gap-1.5">
        <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: color }} />
        <span className="truncate">{name}</span>
      </dt>
      <dd className="figures">{value}</dd>
    </div>
  );
}

interface TableProps {
  data: ChartData;
  totals: number[];
  name: string;
  format: (value: number) => string;
}

/** As many cells as all the rest of a page has: they come once that is drawn. */
export function ChartTable(props: TableProps) {
  const deferred = useDeferredValue(props.data, null);
  return deferred && <Table {...props} data={deferred} />;
}

const Table = memo(function Table({ data, totals, name, format }: TableProps) {
  return (
    <div className="sr-only">
      <table>
        <caption>{name}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Total</th>
            {data.series.map((series) => (
              <th key={series.name} scope="col">
                {series.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.steps.map((step, i) =>
            totals[i] === 0 ? null : (
              <tr key={step.full}>
                <th scope="row">{step.full}</th>
                <td>{format(totals[i] ?? 0)}</td>
                {data.series.map((series) => (
                  <td key={series.name}>{format(series.values[i] ?? 0)}</td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
});
