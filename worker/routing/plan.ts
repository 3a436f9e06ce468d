/** From a route and a request to its targets in order. Pure: clock, random, prices and health come in. */
import {
  isGroup,
  type RouteGroup,
  type RouteNode,
  type RouteRecord,
  type RouteTarget,
  targetOf,
} from "../core/route.ts";
import { DEFAULT_THRESHOLD, type Difficulty } from "./difficulty.ts";
import type { Instead, Plan, Planned, Skipped, Target } from "./targets.ts";
import { type RequestTraits, unmet } from "./when.ts";

/** What the plan is made from. */
export interface Circumstances {
  traits: RequestTraits;
  /** Milliseconds since the epoch. */
  now: number;
  /** A number from 0 to below 1, for each draw; of a session always the same. */
  random: () => number;
  /** What the request probably costs there, in nanodollars; null where nobody knows. */
  costNanos(target: Target): number | null;
  /** Measured time to the first token in milliseconds; null where none was measured. */
  firstTokenMs(target: Target): number | null;
  /** False where the target failed of late and is left alone. */
  isHealthy(target: Target): boolean;
  /** How hard the request is; asked for only where the route is `auto`. */
  difficulty(): Difficulty;
  /** Whether its session was at the large model before: then it stays there, where the prompt's cache is. */
  wasLarge: boolean;
}

/** The targets of `route`, healthy ones first; those whose conditions are not met are left out. */
export function planRoute(route: Pick<RouteRecord, "strategy" | "targets">, at: Circumstances): Plan {
  const skipped: Skipped[] = [];
  const sizes: ("small" | "large")[] = [];
  const ordered = orderGroup({ ...route, weight: 1, when: null }, at, { skipped, sizes });
  const unique = ordered.filter(
    (one, i) => ordered.findIndex((other) => other.provider === one.provider && other.model === one.model) === i,
  );
  const [healthy, failing] = [true, false].map((wanted) => unique.filter((one) => at.isHealthy(one) === wanted));
  const last = (failing ?? []).map((one) => ({ ...one, reason: `${one.reason}; failed of late, so it comes last` }));
  return { targets: [...(healthy ?? []), ...last], skipped, size: sizes[0] ?? null };
}

/** What is noted on the way through a route. */
interface Notes {
  skipped: Skipped[];
  sizes: ("small" | "large")[];
}

/** A member of a group with its own order. */
interface Member {
  node: RouteNode;
  targets: Planned[];
}

function orderGroup(group: RouteGroup, at: Circumstances, notes: Notes): Planned[] {
  const members = group.targets.flatMap((node) => {
    const targets = isGroup(node) ? orderGroup(node, at, notes) : [plannedOf(node)];
    const missing = unmet(node.when, at.traits, at.now);
    if (missing === null) return targets.length > 0 ? [{ node, targets }] : [];
    const reason = `the request does not meet its condition on ${missing}`;
    notes.skipped.push(...targets.map(({ provider, model }) => ({ provider, model, reason })));
    return [];
  });
  return orderMembers(group, members, at, notes).flatMap(({ targets }) => targets);
}

const plannedOf = ({ model, serviceTier }: RouteTarget): Planned => ({
  ...targetOf(model),
  reason: "",
  flex: serviceTier === "flex",
  instead: [],
});

function orderMembers(group: RouteGroup, members: Member[], at: Circumstances, notes: Notes): Member[] {
  switch (group.strategy) {
    case "fallback":
      return explained(members, (_, i) => `number ${i + 1} of fallback`);
    case "conditional":
      return explained(members, ({ node }, i) =>
        node.when === null ? `number ${i + 1} of conditional, without a condition` : "its condition is met",
      );
    case "weighted":
      return explained(drawn(members, at), ({ node }, i) =>
        i === 0 ? `drawn by its weight ${node.weight}` : `number ${i + 1} drawn by weight`,
      );
    case "cheapest":
      return explained(
        sortedBy(insteadOf(members, firstOf(members, at), { saves: "route", at }), at.costNanos),
        ({ targets }, i) => {
          const nanos = leastOf(targets, at.costNanos);
          return nanos === null
            ? "its price is not known"
            : `number ${i + 1} of cheapest, about $${(nanos / 1e9).toFixed(6)}`;
        },
      );
    case "auto":
      return bySize(group, members, at, notes);
    case "fastest":
      // What was never measured is tried first, or it never would be.
      return explained(
        sortedBy(members, (target) => at.firstTokenMs(target) ?? 0),
        ({ targets }, i) => {
          const ms = leastOf(targets, at.firstTokenMs);
          return ms === null
            ? "not measured yet"
            : `number ${i + 1} of fastest, first token after ${Math.round(ms)} ms`;
        },
      );
  }
}

/** The small one, or the large one where the request is as hard as the threshold says; the other one is the fallback. */
function bySize(group: RouteGroup, members: Member[], at: Circumstances, notes: Notes): Member[] {
  const small = members.find(({ node }) => node === group.targets[0]);
  const large = members.find(({ node }) => node === group.targets[1]);
  if (!small || !large) return explained(members, () => "the only one of auto");
  const threshold = group.threshold ?? DEFAULT_THRESHOLD;
  const { score, signals } = at.difficulty();
  const isLarge = at.wasLarge || score >= threshold;
  notes.sizes.push(isLarge ? "large" : "small");
  const made = signals.map(({ name, weight }) => `${name} ${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(2)}`);
  const why =
    at.wasLarge && score < threshold
      ? "its session is at the large one"
      : `difficulty ${score.toFixed(2)} ${isLarge ? "reaches" : "is below"} ${threshold} (${made.join(", ")})`;
  // Where the large one was wanted, the small one steps in, and saves nothing by that.
  const order = isLarge ? [large, small] : [...insteadOf([small], large, { saves: "auto", at }), large];
  return explained(order, ({ node }) => {
    const size = node === large.node ? "large" : "small";
    return `the ${size} one of auto: ${why}`;
  });
}

/** Whoever would be first, if they were tried as they are written. */
const firstOf = (members: readonly Member[], at: Circumstances): Member | undefined =>
  members.find(({ targets }) => targets.some(at.isHealthy)) ?? members[0];

/** `members` with what would have been asked instead of them: the first of `other` that could answer, or what that was chosen over. */
function insteadOf(
  members: readonly Member[],
  other: Member | undefined,
  { saves, at }: { saves: Instead["saves"]; at: Circumstances },
): Member[] {
  const first = other?.targets.find(at.isHealthy);
  if (!first) return [...members];
  const chain: Instead[] = [{ provider: first.provider, model: first.model, saves }, ...first.instead];
  return members.map((member) =>
    member === other
      ? member
      : { ...member, targets: member.targets.map((one) => ({ ...one, instead: [...one.instead, ...chain] })) },
  );
}

/** Each member's targets say how their member came to its place, before what was said of them inside it. */
const explained = (members: Member[], reason: (member: Member, index: number) => string): Member[] =>
  members.map((member, i) => ({
    ...member,
    targets: member.targets.map((one) => ({
      ...one,
      reason: one.reason === "" ? reason(member, i) : `${reason(member, i)}: ${one.reason}`,
    })),
  }));

/** All of `members`, drawn one by one by their weights; what weighs nothing comes last. */
function drawn(members: Member[], at: Circumstances): Member[] {
  const left = [...members];
  const order: Member[] = [];
  while (left.length > 0) {
    // Of a group that nobody can serve, a draw would be wasted.
    const able = left.filter(({ targets }) => targets.some(at.isHealthy));
    const urn = able.length > 0 ? able : left;
    const winner = winnerOf(urn, at.random());
    order.push(winner);
    left.splice(left.indexOf(winner), 1);
  }
  return order;
}

/** `draw` from 0 to below 1. Where nothing weighs anything, the first. */
function winnerOf(urn: readonly Member[], draw: number): Member {
  let ticket = draw * urn.reduce((sum, { node }) => sum + node.weight, 0);
  for (const member of urn) {
    if (member.node.weight > 0 && ticket < member.node.weight) return member;
    ticket -= member.node.weight;
  }
  return urn[0] as Member;
}

/** Stable: what is equal stays in its written order; what is not known comes last. */
function sortedBy(members: Member[], value: (target: Target) => number | null): Member[] {
  const of = ({ targets }: Member) => leastOf(targets, value) ?? Number.POSITIVE_INFINITY;
  return members.toSorted((a, b) => (of(a) === of(b) ? 0 : of(a) - of(b)));
}

function leastOf(targets: readonly Target[], value: (target: Target) => number | null): number | null {
  const known = targets.map(value).filter((one) => one !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

/** Draws for a session: the same ones each time, so that its prompt cache stays warm. */
export function sticky(session: string): () => number {
  // FNV-1a, and a step of mulberry32 for each further draw.
  let state = 0x811c9dc5;
  for (let i = 0; i < session.length; i++) state = Math.imul(state ^ session.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
