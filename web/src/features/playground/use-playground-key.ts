import { useEffect, useRef, useState } from "react";
import { endPlaygroundKey, mintPlaygroundKey, type PlaygroundKey } from "../../api/playground-key.ts";
import type { KeyMode } from "../../api/types.ts";

/** A key that is about to end is replaced before a request, not during one. */
const SPARE_MS = 60_000;

export type KeyState =
  | { state: "pending" }
  | { state: "ready"; key: PlaygroundKey }
  | { state: "failed"; error: unknown };

/** A key of `mode` for as long as the page is open. `fresh` gives one that lives long enough for a request. */
export function usePlaygroundKey(
  tenant: string,
  { mode, user, enabled }: { mode: KeyMode; user: string | undefined; enabled: boolean },
): KeyState & { retry: () => void; fresh: () => Promise<PlaygroundKey> } {
  const [current, setCurrent] = useState<KeyState>({ state: "pending" });
  const [attempt, setAttempt] = useState(0);
  const held = useRef<PlaygroundKey | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is asked for by its number
  useEffect(() => {
    if (!enabled) return;
    let left = false;
    setCurrent({ state: "pending" });
    const end = (): void => {
      if (held.current) void endPlaygroundKey(tenant, held.current);
      held.current = null;
    };
    mintPlaygroundKey(tenant, { mode, user }).then(
      (key) => {
        if (left) return void endPlaygroundKey(tenant, key);
        held.current = key;
        setCurrent({ state: "ready", key });
      },
      (error: unknown) => {
        if (!left) setCurrent({ state: "failed", error });
      },
    );
    addEventListener("pagehide", end);
    return () => {
      left = true;
      removeEventListener("pagehide", end);
      end();
    };
  }, [tenant, mode, user, enabled, attempt]);

  const fresh = async (): Promise<PlaygroundKey> => {
    const key = held.current;
    if (key && key.mode === mode && key.expiresAt - SPARE_MS > Date.now()) return key;
    const next = await mintPlaygroundKey(tenant, { mode, user });
    if (key) void endPlaygroundKey(tenant, key);
    held.current = next;
    setCurrent({ state: "ready", key: next });
    return next;
  };
  return { ...current, retry: () => setAttempt(attempt + 1), fresh };
}
