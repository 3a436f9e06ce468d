/** Until when this browser's person has seen what fired, for each organization. */
import { useSyncExternalStore } from "react";
import { recall, remember } from "./storage.ts";

const listeners = new Set<() => void>();
/** What counts where the browser remembers nothing. */
const seen = new Map<string, string>();

const until = (tenant: string): string | null => seen.get(tenant) ?? recall(`alerts-seen.${tenant}`);

/** All that fired at `time`, and before, is seen. It never goes back. */
export function markAlertsSeen(tenant: string, time: string): void {
  const before = until(tenant);
  if (before !== null && before >= time) return;
  seen.set(tenant, time);
  remember(`alerts-seen.${tenant}`, time);
  for (const tell of listeners) tell();
}

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

/** The time of the newest alert that was seen; null where none ever was. */
export const useAlertsSeen = (tenant: string): string | null => useSyncExternalStore(subscribe, () => until(tenant));
