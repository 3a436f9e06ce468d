import { PiggyBank } from "lucide-react";
import type { CostReport, Possible } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Empty, SkeletonRows } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatPlural, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { CERTAINTY, OPPORTUNITY } from "./levers.ts";

/** What could be saved, the largest first, each with its switch. */
export function PossibleCard(props: {
  report: CostReport | undefined;
  stale: boolean;
  keyName: (id: string) => string;
  /** Whether the person may do what the switch does. */
  maySwitch: (possible: Possible) => boolean;
  onSwitch: (possible: Possible) => void;
}) {
  const { report } = props;
  return (
    <Card title="What could be saved">
      {!report && <SkeletonRows rows={3} className="h-24" />}
      {report?.possible.length === 0 && (
        <Empty
          icon={<PiggyBank aria-hidden className="size-6" />}
          title={report.judged.requests === 0 ? "Nothing to judge yet" : "Nothing found"}
        >
          {report.judged.requests === 0
            ? "Once there are requests, this says which switch would have made them cheaper."
            : `${formatPlural(report.judged.requests, "request was", "requests were")} looked at: no switch would have saved a thousandth of the bill.`}
        </Empty>
      )}
      <ul className={cn("divide-y empty:hidden", props.stale && "stale")}>
        {report?.possible.map((possible) => (
          <Opportunity key={`${possible.lever} ${possible.change.path}`} possible={possible} {...props} />
        ))}
      </ul>
      {report && report.possible.length > 1 && (
        <p className="border-t px-4 py-2.5 text-xs text-ink-3">
          For this period, had it been so from its beginning. Where two are about the same requests, they do not add up.
        </p>
      )}
    </Card>
  );
}

function Opportunity(props: {
  possible: Possible;
  keyName: (id: string) => string;
  maySwitch: (possible: Possible) => boolean;
  onSwitch: (possible: Possible) => void;
}) {
  const { possible } = props;
  const { before, badge, why } = CERTAINTY[possible.certainty];
  const { title, button } = OPPORTUNITY[possible.lever];
  const subject = subjectOf(possible, props.keyName);
  return (
    <li aria-label={`${title}: ${subject}`} className="flex flex-col gap-2 px-4 py-3.5">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="min-w-0 text-base font-medium">
          {title}
          <span className="block truncate text-sm font-normal text-ink-2">{subject}</span>
        </h3>
        <span
          className="figures shrink-0 text-base font-semibold text-ok"
          title={formatUsdExact(nanosOf(possible.saving_usd))}
        >
          <span className="text-sm font-normal">{before}</span>
          {formatUsd(nanosOf(possible.saving_usd))}
        </span>
      </div>
      <p className="text-sm text-pretty text-ink-2">{possible.basis}</p>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="flex flex-wrap items-center gap-2 text-xs text-ink-3">
          <span title={why}>
            <Badge tone={possible.certainty === "measured" ? "ok" : "neutral"}>{badge}</Badge>
          </span>
          <span className="figures">
            of {formatUsd(nanosOf(possible.cost_usd))} in {formatPlural(possible.requests, "request")}
          </span>
          {possible.needs && <span className="text-warn">Needs: {possible.needs.toLowerCase()}</span>}
        </span>
        {props.maySwitch(possible) ? (
          <Button size="sm" onClick={() => props.onSwitch(possible)}>
            {button}
          </Button>
        ) : (
          <span className="text-xs text-ink-3">An owner or an admin can switch it on.</span>
        )}
      </div>
    </li>
  );
}

/** What an opportunity is about, in a line. */
export function subjectOf({ subject }: Possible, keyName: (id: string) => string): string {
  const { key, provider, model, route } = subject;
  const where = [provider, model].filter((part) => part !== null).join("/");
  if (route !== null) return `Route ${route}, at ${where}`;
  if (key !== null) return where === "" ? `Key ${keyName(key)}` : `Key ${keyName(key)}, at ${where}`;
  return where;
}
