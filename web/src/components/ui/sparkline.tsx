/** A word-sized picture of values over time; the figure beside it says the rest. */
export function Sparkline({ values, className }: { values: readonly number[]; className?: string }) {
  const max = Math.max(...values, 0);
  const step = 100 / Math.max(1, values.length);
  return (
    <svg aria-hidden viewBox="0 0 100 24" preserveAspectRatio="none" className={className}>
      {values.map((value, i) => {
        const height = max > 0 ? Math.max(value > 0 ? 1.5 : 0.5, (value / max) * 24) : 0.5;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time
          <rect key={i} x={i * step} width={step * 0.7} y={24 - height} height={height} fill="currentColor" />
        );
      })}
    </svg>
  );
}
