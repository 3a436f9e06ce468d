/** What a request is sent to, and how patiently: a plan's words. */
import type { RouteRecord } from "../core/route.ts";

/** A provider's model. */
export interface Target {
  provider: string;
  model: string;
}

/** A target that a request would have gone to, had a saving strategy not chosen another. */
export interface Instead extends Target {
  saves: "route" | "auto";
}

/** A target in its place, and why it has that place. */
export interface Planned extends Target {
  /** For a person: `first of fallback`, `cheapest at $0.0002`. */
  reason: string;
  /** Asked for the slower tier. */
  flex: boolean;
  /** From the innermost choice that was made to the outermost; empty where nothing but the route's order chose it. */
  instead: readonly Instead[];
}

/** A target that a request does not take. */
export interface Skipped extends Target {
  reason: string;
}

/** Where a request goes, in order. */
export interface Plan {
  targets: readonly Planned[];
  skipped: readonly Skipped[];
  /** What the first `auto` in it chose; null where there is none. */
  size: "small" | "large" | null;
}

/** How patiently the targets of a plan are tried. */
export type Policy = Pick<RouteRecord, "retries" | "timeouts" | "afterFirstByte" | "onUnsupported">;
