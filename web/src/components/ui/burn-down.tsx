/** What is left of an amount over time, with the range in which it is expected to go on. */
import { AxisBottom, AxisLeft } from "@visx/axis";
import { scaleLinear, scaleUtc } from "@visx/scale";
import { LinePath, Polygon } from "@visx/shape";
import { formatDay } from "../../lib/format.ts";
import { useWidth } from "../../lib/use-width.ts";

const HEIGHT = 180;
const LEFT = 56;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 8;
const TICKS = 4;
const LABEL_PX = 90;
const DAY_MS = 86_400_000;

interface Props {
  /** What it shows, in words. */
  name: string;
  left: readonly { at: number; amount: number }[];
  limit: number;
  outlook: { at: number; best: number; worst: number } | null;
  endMs: number | null;
  formatAxis: (amount: number) => string;
}

export function BurnDown({ name, left, limit, outlook, endMs, formatAxis }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const first = left[0] ?? { at: 0, amount: limit };
  const last = left.at(-1) ?? first;
  const lowest = Math.min(0, ...left.map(({ amount }) => amount));
  const x = scaleUtc({ domain: [first.at, endMs ?? last.at], range: [LEFT, Math.max(LEFT, width - RIGHT)] });
  const y = scaleLinear({ domain: [lowest, limit || 1], range: [HEIGHT - BOTTOM, TOP], nice: TICKS });
  const [bottom = 0] = y.domain();
  const within = (amount: number): number => Math.max(bottom, amount);
  const isShort = (endMs ?? last.at) - first.at <= 2 * DAY_MS;
  const label = { className: "figures text-2xs", fill: "var(--ink-3)", fontSize: undefined, fontFamily: undefined };
  return (
    <div ref={ref} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={name} className="block">
          {y.ticks(TICKS).map((tick) => (
            <line
              key={tick}
              x1={LEFT}
              x2={width}
              y1={y(tick)}
              y2={y(tick)}
              stroke="var(--line)"
              shapeRendering="crispEdges"
            />
          ))}
          <AxisLeft
            scale={y}
            left={LEFT}
            numTicks={TICKS}
            hideAxisLine
            tickLength={0}
            tickFormat={(amount) => formatAxis(Number(amount))}
            tickLabelProps={{ ...label, dx: -8, dy: 4, textAnchor: "end" }}
          />
          <AxisBottom
            scale={x}
            top={HEIGHT - BOTTOM}
            numTicks={Math.max(2, Math.floor(width / LABEL_PX))}
            hideAxisLine
            hideTicks
            tickLength={0}
            tickFormat={(at) =>
              isShort
                ? new Date(Number(at)).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
                : formatDay(new Date(Number(at)))
            }
            tickLabelProps={{ ...label, dy: 8, textAnchor: "middle" }}
          />
          {outlook && (
            <Polygon
              points={[
                [x(last.at), y(within(last.amount))],
                [x(outlook.at), y(within(outlook.best))],
                [x(outlook.at), y(within(outlook.worst))],
              ]}
              fill="var(--accent)"
              fillOpacity={0.16}
            />
          )}
          <line x1={LEFT} x2={width} y1={y(0)} y2={y(0)} stroke="var(--bad)" strokeWidth={1.25} strokeDasharray="6 4" />
          <LinePath
            data={[...left]}
            x={({ at }) => x(at)}
            y={({ amount }) => y(amount)}
            stroke="var(--accent)"
            strokeWidth={2}
            strokeLinejoin="round"
          />
          <circle cx={x(last.at)} cy={y(last.amount)} r={3.5} fill="var(--accent)" />
        </svg>
      )}
    </div>
  );
}
