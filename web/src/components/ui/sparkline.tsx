import { scaleBand, scaleLinear } from "@visx/scale";

const HEIGHT = 24;
/** What is there at all can be seen. */
const LEAST = { some: 1.5, none: 0.5 };

/** A word-sized picture of values over time; the figure beside it says the rest. */
export function Sparkline({ values, className }: { values: readonly number[]; className?: string }) {
  return (
    <svg aria-hidden viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" className={className}>
      <path d={barsOf(values)} fill="currentColor" />
    </svg>
  );
}

/** One shape for all bars: a page has five of these, and would have hundreds of elements. */
function barsOf(values: readonly number[]): string {
  const x = scaleBand({ domain: [...values.keys()], range: [0, 100], paddingInner: 0.3 });
  const y = scaleLinear({ domain: [0, Math.max(...values, 0) || 1], range: [0, HEIGHT] });
  const width = x.bandwidth();
  return values
    .map((value, i) => {
      const height = Math.max(value > 0 ? LEAST.some : LEAST.none, y(value));
      return `M${x(i)} ${HEIGHT}v${-height}h${width}v${height}z`;
    })
    .join("");
}
