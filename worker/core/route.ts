/** A tenant's named model: where its requests go, in which order, and how patiently. */

export const STRATEGIES = ["fallback", "weighted", "conditional", "cheapest", "fastest", "auto"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** A range of numbers; what is left out does not bound. */
export interface NumberRange {
  atLeast?: number;
  below?: number;
}

/** One of these texts (`*` at an end stands for any ending), or a number in a range, or a yes or no. */
export type Wanted = readonly string[] | NumberRange | boolean;

/** What a request has to be, by field: `tags.env`, `user`, `input_tokens`, `hour`, …; all of it. */
export type When = Readonly<Record<string, Wanted>>;

/** A provider's model. */
export interface RouteTarget {
  /** `provider/model`. */
  model: string;
  weight: number;
  when: When | null;
  /** Left out: as the client asks. `flex` is cheaper, and slower. */
  serviceTier?: "flex";
}

/** Targets and groups, and how one is chosen among them. */
export interface RouteGroup {
  strategy: Strategy;
  targets: readonly RouteNode[];
  weight: number;
  when: When | null;
  /** Of `auto`: how hard a request has to be for the second target, from 0 to 1. */
  threshold?: number;
}

export type RouteNode = RouteTarget | RouteGroup;

export const isGroup = (node: RouteNode): node is RouteGroup => "targets" in node;

/** All times in milliseconds; what is left out is the gateway's own. */
export interface RouteTimeouts {
  connectMs?: number;
  firstByteMs?: number;
  firstTokenMs?: number;
  stallMs?: number;
  totalMs?: number;
}

export interface RouteRecord extends Omit<RouteGroup, "weight" | "when"> {
  /** The name that a client gives as its model. */
  id: string;
  /** Counts its changes; the first is 1. */
  version: number;
  /** Tries of each target, the first included, and the longest pause between two. */
  retries: { attempts: number; maxDelayMs: number };
  timeouts: RouteTimeouts;
  /** A stream that breaks off: an error at its end, or it is held back until it is complete. */
  afterFirstByte: "error" | "verified";
  onUnsupported: "refuse" | "drop";
  /** Its requests may wait for a cheaper tier, wherever a target has one. */
  allowLatency?: boolean;
  /** `provider/model` of which each record tells what the same tokens would have cost there. */
  shadow?: string | null;
  changedAt: number;
  createdAt: number;
}

/** The targets of `node`, in the order that they are written. */
export function targetsIn(node: RouteNode | Pick<RouteGroup, "targets">): RouteTarget[] {
  return "targets" in node ? node.targets.flatMap(targetsIn) : [node];
}

/** The budget that a condition on `budget.<id or name>.used` names; null for any other field. */
export const budgetOfField = (field: string): string | null => /^budget\.(.+)\.used$/.exec(field)?.[1] ?? null;

/** The budgets that conditions of `route` name, by id or name as they do. */
export function budgetsIn(route: Pick<RouteGroup, "targets">): string[] {
  const named = (node: RouteNode): string[] => [
    ...Object.keys(node.when ?? {}).flatMap((field) => budgetOfField(field) ?? []),
    ...(isGroup(node) ? node.targets.flatMap(named) : []),
  ];
  return [...new Set(route.targets.flatMap(named))];
}

/** A route as it was from one change to the next. */
export interface RouteVersion {
  record: RouteRecord;
  /** Who made it so, as the audit log names them; null where that was before versions were kept. */
  actor: string | null;
}

/** The provider and the model of `provider/model`. */
export function targetOf(name: string): { provider: string; model: string } {
  const slash = name.indexOf("/");
  return { provider: name.slice(0, Math.max(0, slash)), model: name.slice(slash + 1) };
}
