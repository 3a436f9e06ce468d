/** Usage that did not pass through the proxy. */
import type { UsageEvent } from "../worker/core/usage.ts";
import { potsOf } from "./pots.ts";
import type { LedgerState } from "./rows.ts";

/** Books events that are new: into the outbox, and into the budgets whose present period they lie in. */
export function bookImported(state: LedgerState, events: readonly UsageEvent[], now: number): void {
  for (const event of events) {
    state.changes.events.push(event);
    for (const pot of potsOf(state, { ...event, key: event.key ?? "" }, now)) {
      if (event.time < pot.startsAt || event.time >= pot.endsAt) continue;
      pot.settled += event.costNanos ?? 0;
      state.changes.pots.add(pot);
    }
  }
}
