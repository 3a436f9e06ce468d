/** The benchmark's plot: bars in four small charts, as an SVG that reads in light and dark. */
import type { barsOf } from "./report.ts";

type Bars = ReturnType<typeof barsOf>;

const CHARTS = [
  { title: "Requests/s, JSON", better: "more is better", of: (bar: Bars[number]) => bar.requestsPerSecond, unit: "" },
  { title: "CPU a request, JSON", better: "less is better", of: (bar: Bars[number]) => bar.cpuMicros, unit: " µs" },
  {
    title: "CPU a 200-chunk stream",
    better: "less is better",
    of: (bar: Bars[number]) => bar.streamCpuMs,
    unit: " ms",
  },
  { title: "First byte, p50", better: "less is better", of: (bar: Bars[number]) => bar.firstByteP50Ms, unit: " ms" },
] as const;

const CHART = { width: 400, label: 104, bar: 20, gap: 8, head: 44, padding: 20, value: 84 };

/** The text of the SVG. */
export function plot(bars: Bars): string {
  const height = CHART.head + bars.length * (CHART.bar + CHART.gap) + CHART.padding;
  const charts = CHARTS.map((chart, n) => {
    const [x, y] = [(n % 2) * CHART.width, Math.floor(n / 2) * height];
    return `<g transform="translate(${x + CHART.padding} ${y + CHART.padding})">${drawn(chart, bars)}</g>`;
  });
  const [width, total] = [2 * CHART.width, 2 * height + CHART.padding];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="meterr, a bare Worker and other gateways, compared" font-family="system-ui, sans-serif" font-size="13">
<style>text{fill:#1b1d22}.quiet{fill:#666c78}.ours{fill:#4f46e5}.other{fill:#b9bec9}@media (prefers-color-scheme:dark){text{fill:#eceef2}.quiet{fill:#9aa1ae}.ours{fill:#8b85ff}.other{fill:#4a505c}}</style>
${charts.join("\n")}
</svg>
`;
}

function drawn({ title, better, of, unit }: (typeof CHARTS)[number], bars: Bars): string {
  const known = bars.filter((bar) => !Number.isNaN(of(bar)));
  const most = Math.max(...known.map(of));
  const room = CHART.width - 2 * CHART.padding - CHART.label - CHART.value;
  const rows = known.map((bar, row) => {
    const y = CHART.head + row * (CHART.bar + CHART.gap);
    const width = Math.max(1, (of(bar) / most) * room);
    return `<text x="0" y="${y + 15}">${bar.name}</text><rect class="${bar.name === "meterr" ? "ours" : "other"}" x="${CHART.label}" y="${y}" width="${width.toFixed(1)}" height="${CHART.bar}" rx="3"/><text class="quiet" x="${(CHART.label + width + 8).toFixed(1)}" y="${y + 15}">${shown(of(bar))}${unit}</text>`;
  });
  return `<text x="0" y="14" font-weight="600">${title}</text><text class="quiet" x="0" y="31" font-size="11">${better}</text>${rows.join("")}`;
}

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(2).replace(/\.0+$/, "");
