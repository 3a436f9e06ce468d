/** What saves, in words. */
import type { CostReport, Possible } from "../../api/types.ts";

export type Reason = CostReport["saved"]["by_reason"][number]["reason"];

/** In the order of the legend: what is on by itself last. */
export const REASONS: Record<Reason, { title: string; what: string }> = {
  cache: { title: "Cache", what: "The same request again, answered from store" },
  coalesced: { title: "Coalescing", what: "The same request at the same time, asked once" },
  prompt_cache: { title: "Prompt cache", what: "Prompts marked, so that providers keep them" },
  flex: { title: "Flex tier", what: "Answers that could wait" },
  route: { title: "Cheapest", what: "The same model where it costs less" },
  auto: { title: "Auto", what: "A small model where it was enough" },
};

export const OPPORTUNITY: Record<Possible["lever"], { title: string; button: string }> = {
  cache: { title: "Cache repeated requests", button: "Turn the cache on" },
  prompt_cache: { title: "Keep prompts of sessions", button: "Turn it on" },
  flex: { title: "Let jobs wait for the flex tier", button: "Create the route" },
  route: { title: "Take the cheaper provider", button: "Create the route" },
  auto: { title: "Send easy requests to the small model", button: "Change the route" },
};

/** How sure a figure is: what stands before it, and why. */
export const CERTAINTY: Record<Possible["certainty"], { before: string; badge: string; why: string }> = {
  measured: { before: "", badge: "Measured", why: "The same tokens at known prices" },
  estimated: { before: "about ", badge: "Estimated", why: "By what the requests looked like" },
  at_most: { before: "up to ", badge: "At most", why: "If all of these requests can do with it" },
};
