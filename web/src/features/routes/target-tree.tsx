/** A route's targets as the tree that they are: each group with how it chooses, each target with its condition. */
import { isValidElement, type ReactNode } from "react";
import type { RouteNodeShown } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { cn } from "../../lib/cn.ts";
import { conditionWords } from "./words.ts";

interface Props {
  strategy: string;
  targets: readonly RouteNodeShown[];
  /** How often a target is named in an error, a dry run or the like; marks it. */
  marked?: string | null;
}

export function TargetTree({ strategy, targets, marked = null }: Props) {
  return (
    <div className="flex flex-col gap-2">
      <GroupHead strategy={strategy} count={targets.length} />
      <Nodes strategy={strategy} nodes={targets} marked={marked} />
    </div>
  );
}

function GroupHead({ strategy, count, note }: { strategy: string; count: number; note?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Badge tone="accent">{strategy}</Badge>
      <span className="text-sm text-ink-2">{HOW[strategy] ?? `of ${count}`}</span>
      {isValidElement(note) && note}
    </div>
  );
}

/** What a strategy does, in a line. */
const HOW: Record<string, string> = {
  fallback: "in this order",
  weighted: "drawn by weight",
  conditional: "the first whose condition is met",
  cheapest: "the cheapest first",
  fastest: "the soonest to its first token",
  auto: "the small one, or the large one where it is needed",
};

function Nodes({
  strategy,
  nodes,
  marked,
}: {
  strategy: string;
  nodes: readonly RouteNodeShown[];
  marked: string | null;
}) {
  const total = nodes.reduce((sum, { weight }) => sum + (weight ?? 1), 0);
  return (
    <ol className="flex flex-col gap-2 border-l pl-3">
      {nodes.map((node, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a target is told by its place in the route
        <li key={i} className="flex min-w-0 flex-col gap-2">
          <Node
            node={node}
            number={i + 1}
            share={strategy === "weighted" ? shareOf(node, total) : null}
            marked={marked}
          />
        </li>
      ))}
    </ol>
  );
}

const shareOf = ({ weight = 1 }: RouteNodeShown, total: number): string =>
  weight === 0 ? "only as a fallback" : `${Math.round((100 * weight) / total)} %`;

interface NodeProps {
  node: RouteNodeShown;
  number: number;
  share: string | null;
  marked: string | null;
}

function Node({ node, number, share, marked }: NodeProps) {
  const notes = (
    <>
      {share !== null && <span className="figures text-xs text-ink-2">{share}</span>}
      {node.service_tier && <Badge>{node.service_tier}</Badge>}
      {node.threshold !== undefined && <span className="text-xs text-ink-2">from difficulty {node.threshold}</span>}
    </>
  );
  const when = Object.entries(node.when ?? {});
  const conditions = when.length > 0 && (
    <ul className="flex flex-wrap gap-1" aria-label="Only where">
      {when.map(([field, wanted]) => (
        <li key={field} className="rounded bg-hover px-1.5 py-0.5 text-xs text-ink-2">
          {conditionWords(field, wanted)}
        </li>
      ))}
    </ul>
  );
  if (node.targets) {
    return (
      <>
        <GroupHead strategy={node.strategy ?? "fallback"} count={node.targets.length} note={notes} />
        {conditions}
        <Nodes strategy={node.strategy ?? "fallback"} nodes={node.targets} marked={marked} />
      </>
    );
  }
  return (
    <div
      className={cn(
        "flex min-w-0 flex-col gap-1.5 rounded-md border px-3 py-2",
        node.model === marked && "border-accent bg-accent-soft",
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="figures text-xs text-ink-3">{number}</span>
        <span className="min-w-0 font-mono text-sm break-all">{node.model}</span>
        {notes}
      </div>
      {conditions}
    </div>
  );
}
