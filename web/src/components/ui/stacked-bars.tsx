/**
 * Stacked bars over time, with the span before as a thin line. Drawn as plain SVG: a chart library would weigh more
 * than all of the dashboard's first page. Read by pointer, by arrow keys, and as a table by screen readers.
 */
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { cn } from "../../lib/cn.ts";
import { niceScale } from "../../lib/scale.ts";
import { useWidth } from "../../lib/use-width.ts";
import { ChartTable, ChartTip } from "./chart-tip.tsx";

export interface Series {
  name: string;
  color: string;
  /** A value a step. */
  values: number[];
}

export interface ChartData {
  /** A label a step, short for the axis and whole for the tip. */
  steps: { axis: string; full: string }[];
  series: Series[];
  /** Totals of the span before, a value a step; null where its counterpart is yet to come. */
  previous: (number | null)[] | null;
}

const HEIGHT = 240;
const LEFT = 52;
const BOTTOM = 22;
const TOP = 8;
/** The least room between two labels of the axis. */
const LABEL_PX = 64;
const WIDEST_BAR = 48;

interface Props {
  data: ChartData;
  name: string;
  format: (value: number) => string;
  formatAxis: (value: number) => string;
}

export function StackedBars({ data, name, format, formatAxis }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const count = data.steps.length;
  const totals = data.steps.map((_, i) => data.series.reduce((sum, series) => sum + (series.values[i] ?? 0), 0));
  const { top, ticks } = niceScale(Math.max(0, ...totals, ...(data.previous ?? []).map((value) => value ?? 0)));
  const band = Math.max(0, width - LEFT - 4) / count;
  const bar = Math.min(WIDEST_BAR, Math.max(1, band * 0.72));
  const x = (step: number): number => LEFT + band * (step + 0.5);
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const every = Math.max(1, Math.ceil(LABEL_PX / Math.max(1, band)));

  const point = (event: PointerEvent): void => {
    const from = event.currentTarget.getBoundingClientRect().left;
    const step = Math.floor((event.clientX - from - LEFT) / band);
    setAt(step >= 0 && step < count ? step : null);
  };
  const move = (event: KeyboardEvent): void => {
    const next = { ArrowLeft: (at ?? count) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: count - 1 }[event.key];
    if (event.key === "Escape") setAt(null);
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.min(count - 1, Math.max(0, next)));
  };

  return (
    <div ref={ref} className="relative" style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${name}, ${data.steps[0]?.full} to ${data.steps.at(-1)?.full}. Arrow keys read it step by step.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart step by step
          tabIndex={0}
          className="block rounded"
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={() => setAt(null)}
          onKeyDown={move}
          onBlur={() => setAt(null)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} stroke="var(--line)" shapeRendering="crispEdges" />
              <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="figures fill-ink-3 text-2xs">
                {formatAxis(tick)}
              </text>
            </g>
          ))}
          {at !== null && (
            <rect x={x(at) - band / 2} y={TOP} width={band} height={HEIGHT - TOP - BOTTOM} fill="var(--hover)" />
          )}
          {data.steps.map((step, i) => (
            <g key={step.full}>
              {stackOf(data.series, i).map(({ series, from, to }) => (
                <rect
                  key={series.name}
                  x={x(i) - bar / 2}
                  width={bar}
                  y={y(to)}
                  height={Math.max(0, y(from) - y(to))}
                  fill={series.color}
                  className={cn("transition-[y,height] duration-150", at !== null && at !== i && "opacity-55")}
                />
              ))}
              {(count - 1 - i) % every === 0 && x(i) > LEFT + 8 && (
                <text x={Math.min(x(i), width - 20)} y={HEIGHT - 6} textAnchor="middle" className="fill-ink-3 text-2xs">
                  {step.axis}
                </text>
              )}
            </g>
          ))}
          {data.previous && (
            <polyline
              points={data.previous.flatMap((value, i) => (value === null ? [] : [`${x(i)},${y(value)}`])).join(" ")}
              fill="none"
              stroke="var(--ink-3)"
              strokeWidth="1.25"
              strokeDasharray="2 3"
              pointerEvents="none"
            />
          )}
        </svg>
      )}
      {at !== null && <ChartTip data={data} at={at} total={totals[at] ?? 0} format={format} x={x(at)} width={width} />}
      <ChartTable data={data} totals={totals} name={name} format={format} />
    </div>
  );
}

function stackOf(all: readonly Series[], step: number): { series: Series; from: number; to: number }[] {
  let reached = 0;
  return all.map((series) => {
    const from = reached;
    reached += series.values[step] ?? 0;
    return { series, from, to: reached };
  });
}
