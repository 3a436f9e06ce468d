/**
 * Stacked bars over time, with the span before as a thin line and a limit as a dashed one. Read by pointer, by arrow
 * keys, and as a table by screen readers.
 */
import { AxisBottom, AxisLeft } from "@visx/axis";
import { Group } from "@visx/group";
import { scaleBand, scaleLinear, scaleOrdinal } from "@visx/scale";
import { Bar, BarStack, LinePath } from "@visx/shape";
import { type KeyboardEvent, memo, type PointerEvent, useMemo, useState } from "react";
import { cn } from "../../lib/cn.ts";
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
  /** What a step may have at most; null where nothing says. */
  limit: { name: string; value: number } | null;
}

const HEIGHT = 240;
const LEFT = 52;
/** Of the axis beside its labels, and of a digit in them. */
const LABEL_GAP = 12;
const DIGIT_PX = 7;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 4;
/** The least room between two labels of the axis. */
const LABEL_PX = 64;
const LAST_LABEL_PX = 44;
const WIDEST_BAR = 48;
const TICKS = 4;
/** A limit far above all bars would press them flat: it is then left out of the scale. */
const LIMIT_IN_SCALE = 2;

/** Of all series together, a value a step. */
const totalsOf = ({ steps, series }: ChartData): number[] =>
  steps.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));

interface Props {
  data: ChartData;
  name: string;
  format: (value: number) => string;
  formatAxis: (value: number) => string;
}

/** Drawn anew for new `data` alone: a page around it changes with each figure that arrives. */
export const StackedBars = memo(function StackedBars({ data, name, format, formatAxis }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const count = data.steps.length;
  const totals = useMemo(() => totalsOf(data), [data]);
  const highest = Math.max(0, ...totals, ...(data.previous ?? []).map((value) => value ?? 0));
  const limit = data.limit && data.limit.value <= highest * LIMIT_IN_SCALE ? data.limit.value : null;
  const y = scaleLinear({
    domain: [0, Math.max(highest, limit ?? 0) || 1],
    range: [HEIGHT - BOTTOM, TOP],
    nice: TICKS,
  });
  // Fractions of a cent take more room than dollars do.
  const left = Math.max(LEFT, ...y.ticks(TICKS).map((tick) => LABEL_GAP + formatAxis(tick).length * DIGIT_PX));
  const places = scaleBand({ domain: data.steps.map((_, i) => i), range: [left, Math.max(left, width - RIGHT)] });
  const band = places.bandwidth();
  const bar = Math.min(WIDEST_BAR, Math.max(1, band * 0.72));
  const x = (step: number): number => (places(step) ?? left) + band / 2;
  const every = Math.max(1, Math.ceil(LABEL_PX / Math.max(1, band)));
  const labelled = data.steps.flatMap((_, i) => ((count - 1 - i) % every === 0 && x(i) > left + 8 ? [i] : []));

  const point = (event: PointerEvent): void => {
    const from = event.currentTarget.getBoundingClientRect().left;
    const step = Math.floor((event.clientX - from - left) / band);
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
          <AxisLeft
            scale={y}
            left={left}
            numTicks={TICKS}
            hideAxisLine
            tickLength={0}
            tickFormat={(value) => formatAxis(Number(value))}
            tickLabelProps={{
              className: "figures text-2xs",
              fill: "var(--ink-3)",
              fontSize: undefined,
              fontFamily: undefined,
              dx: -8,
              dy: 4,
              textAnchor: "end",
            }}
          />
          {y.ticks(TICKS).map((tick) => (
            <line
              key={tick}
              x1={left}
              x2={width}
              y1={y(tick)}
              y2={y(tick)}
              stroke="var(--line)"
              shapeRendering="crispEdges"
            />
          ))}
          {at !== null && (
            <Bar x={places(at)} y={TOP} width={band} height={HEIGHT - TOP - BOTTOM} fill="var(--hover)" />
          )}
          <BarStack
            data={data.steps.map((_, i) => i)}
            keys={data.series.map((series) => series.name)}
            value={(step, key) => data.series.find((series) => series.name === key)?.values[step] ?? 0}
            x={(step) => step}
            xScale={places}
            yScale={y}
            color={scaleOrdinal({
              domain: data.series.map((series) => series.name),
              range: data.series.map((series) => series.color),
            })}
          >
            {(stacks) =>
              stacks.map((stack) => (
                <Group key={stack.key}>
                  {stack.bars.map(({ index, y: top, height, color }) =>
                    height > 0 ? (
                      <Bar
                        key={index}
                        x={x(index) - bar / 2}
                        width={bar}
                        y={top}
                        height={height}
                        fill={color}
                        className={cn(
                          "transition-[y,height] duration-150",
                          at !== null && at !== index && "opacity-55",
                        )}
                      />
                    ) : null,
                  )}
                </Group>
              ))
            }
          </BarStack>
          <AxisBottom
            scale={places}
            top={HEIGHT - BOTTOM}
            tickValues={labelled}
            hideAxisLine
            hideTicks
            tickLength={0}
            tickFormat={(step) => data.steps[step]?.axis}
            tickLabelProps={(step) => ({
              className: "text-2xs",
              fill: "var(--ink-3)",
              fontSize: undefined,
              fontFamily: undefined,
              dy: 8,
              // The last one would stand out over the edge.
              ...(step === count - 1 && band < LAST_LABEL_PX
                ? { textAnchor: "end", dx: band / 2 }
                : { textAnchor: "middle" }),
            })}
          />
          {data.previous && (
            <LinePath
              data={data.previous.flatMap((value, step) => (value === null ? [] : [{ step, value }]))}
              x={({ step }) => x(step)}
              y={({ value }) => y(value)}
              stroke="var(--ink-3)"
              strokeWidth={1.25}
              pointerEvents="none"
            />
          )}
          {limit !== null && (
            <line
              x1={left}
              x2={width}
              y1={y(limit)}
              y2={y(limit)}
              stroke="var(--bad)"
              strokeWidth={1.5}
              strokeDasharray="6 4"
              pointerEvents="none"
            />
          )}
        </svg>
      )}
      {at !== null && <ChartTip data={data} at={at} total={totals[at] ?? 0} format={format} x={x(at)} width={width} />}
      <ChartTable data={data} totals={totals} name={name} format={format} />
    </div>
  );
});
