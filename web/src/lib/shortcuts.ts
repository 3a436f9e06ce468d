/** Keyboard shortcuts: single keys and `g x` sequences, never while someone types. */
import { useEffect, useRef } from "react";

/** Keys that have a shorter name here. */
const NAMES: Partial<Record<string, string>> = { Escape: "esc", Enter: "enter" };

/** How long the second key of a sequence may take. */
const SEQUENCE_MS = 1200;

/** Keys as one writes them: `j`, `/`, `esc`, `enter`, `mod+k`, `g o`. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => unknown>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens while the component is mounted. Modal dialogs keep their keys to themselves, but for `mod+…`. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    let prefix = "";
    let prefixAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey) return;
      if (event.metaKey || event.ctrlKey) {
        run(`mod+${event.key.toLowerCase()}`, event);
        return;
      }
      if (isTyping(event.target) || document.querySelector("[role=dialog],[role=alertdialog]")) return;
      // A focused link or button has its own Enter.
      if (event.key === "Enter" && event.target instanceof Element && event.target.closest("a,button,summary")) return;
      const key = NAMES[event.key] ?? event.key;
      const sequence = Date.now() - prefixAt < SEQUENCE_MS ? `${prefix} ${key}` : "";
      prefix = key;
      prefixAt = Date.now();
      run(current.current[sequence] ? sequence : key, event);
    };
    const run = (keys: string, event: KeyboardEvent): void => {
      const action = current.current[keys];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
