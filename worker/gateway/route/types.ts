/** What a request that may take several attempts works with. */
import type { Outcome } from "../../core/outcome.ts";
import type { Env } from "../../env.ts";
import type { Verdict } from "../../routing/classify.ts";
import type { Policy, Target } from "../../routing/targets.ts";
import type { Admission, Call } from "../call.ts";
import type { ProviderAccess } from "../credential.ts";
import type { Delivery, Tried } from "../delivery.ts";
import type { Ending } from "../event.ts";

/** A target, and the request as it goes there. */
export interface LegSource {
  target: Target;
  /** The credentials for it, in the order that was drawn; null where they are looked up once they are needed. */
  accesses: readonly [ProviderAccess, ...ProviderAccess[]] | null;
  /** Made when it is needed; an error where the target cannot do what is asked. */
  open(): Promise<Outcome<Call>>;
}

export interface Routed extends Omit<Delivery, "access" | "admission" | "earlier" | "watch" | "call"> {
  env: Env;
  /** What the client asked for, as its first leg. */
  call: Call;
  legs: readonly LegSource[];
  /** Null: no route, only several credentials to try. */
  policy: Policy | null;
}

/** A leg that was admitted. */
export interface Ready {
  call: Call;
  target: Target;
  accesses: readonly ProviderAccess[];
  admission: Admission;
  isFirst: boolean;
  isLast: boolean;
}

/** An attempt that the client has not heard of. */
export interface Failed {
  verdict: Verdict;
  tried: Tried;
  tell: Told;
  /** Whether the provider answered, if only with an error. */
  isAnswer: boolean;
}

/** Tells the client of a failed attempt, where nothing better came. */
export type Told = (earlier: readonly Tried[]) => Promise<Ending>;

/** How an attempt ended that the client has its answer of. */
export const ended = ({ admission }: Ready, ending: Ending): Ending => ({
  ...ending,
  boundNanos: admission.boundNanos,
  attempted: true,
});
