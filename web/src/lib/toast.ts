/** A line that says what just happened; at most three at a time, gone after five seconds. */
import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  tone: "ok" | "bad";
  text: string;
}

const SHOWN_MS = 5000;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function replace(next: readonly Toast[]): void {
  toasts = next;
  for (const tell of listeners) tell();
}

export function toast(text: string, tone: Toast["tone"] = "ok"): void {
  const id = nextId++;
  replace([...toasts.slice(-2), { id, tone, text }]);
  setTimeout(() => replace(toasts.filter((each) => each.id !== id)), SHOWN_MS);
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => toasts,
  );
}
