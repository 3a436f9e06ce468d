/** What a request is sent to, and how patiently: a plan's words. */
import type { RouteRecord } from "../core/route.ts";

/** A provider's model. */
export interface Target {
  provider: string;
  model: string;
}

/** A target in its place, and why it has that place. */
export interface Planned extends Target {
  /** For a person: `first of fallback`, `cheapest at $0.0002`. */
  reason: string;
}

/** A target that a request does not take. */
export interface Skipped extends Target {
  reason: string;
}

/** Where a request goes, in order. */
export interface Plan {
  targets: readonly Planned[];
  skipped: readonly Skipped[];
}

/** How patiently the targets of a plan are tried. */
export type Policy = Pick<RouteRecord, "retries" | "timeouts" | "afterFirstByte" | "onUnsupported">;
