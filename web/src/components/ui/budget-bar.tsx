import { cn } from "../../lib/cn.ts";

/** Shares from which a budget calls for a look, and for action. */
export const NEAR = 0.75;
export const CLOSE = 0.9;

/** Spent, held and left of a limit, in whatever it counts. Held is striped: it may still come back. */
export function BudgetBar({ name, spent, held, limit, format, className }: BarProps) {
  const part = (amount: number): number => (limit > 0 ? Math.min(1, Math.max(0, amount / limit)) : 0);
  const spentShare = part(spent);
  const heldShare = Math.min(part(held), 1 - spentShare);
  const color =
    spentShare + heldShare >= CLOSE ? "bg-bad-fill" : spentShare + heldShare >= NEAR ? "bg-warn-fill" : "bg-accent";
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> has no second part for what is held
    <div
      role="meter"
      aria-label={`${name}: spent and held`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round((spentShare + heldShare) * 100)}
      aria-valuetext={`${format(spent)} spent, ${format(held)} held, of ${format(limit)}`}
      className={cn("flex h-2 overflow-hidden rounded-full bg-line", className)}
    >
      <span className={cn("transition-[width] duration-150", color)} style={{ width: `${spentShare * 100}%` }} />
      <span
        className={cn("opacity-45 transition-[width] duration-150", color)}
        style={{
          width: `${heldShare * 100}%`,
          maskImage: "repeating-linear-gradient(-45deg, #000 0 3px, transparent 3px 5px)",
        }}
      />
    </div>
  );
}

interface BarProps {
  name: string;
  spent: number;
  held: number;
  limit: number;
  /** Writes an amount with its unit. */
  format: (amount: number) => string;
  className?: string;
}
