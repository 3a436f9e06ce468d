import { Badge } from "../components/ui/badge.tsx";
import { formatCount } from "../lib/format.ts";
import type { Warning } from "./use-warnings.ts";

/** How much a page warns of, beside its name. */
export function WarningCount({ warning }: { warning: Warning | undefined }) {
  if (!warning) return null;
  return (
    <Badge tone="bad" className="figures ml-auto">
      {formatCount(warning.count)}
      <span className="sr-only"> {warning.text}</span>
    </Badge>
  );
}

/** The same on an icon, where there is no room beside it. */
export const WarningDot = ({ isOn }: { isOn: boolean }) =>
  isOn && (
    <span
      aria-hidden
      className="absolute -top-0.5 -right-1 size-2.5 rounded-full border-2 border-surface bg-bad-fill"
    />
  );
