/** The live socket for components: its status, and its events. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { liveCache } from "./live-cache.ts";
import { type LiveSocket, type LiveStatus, openLiveSocket } from "./live-socket.ts";
import type { LiveMessage } from "./types.ts";

const LiveContext = createContext<LiveSocket | null>(null);

/** While the socket is away, figures are fetched this often instead. */
const POLL_MS = 5_000;
/** A record is in the API within two seconds of its end. */
const STORED_AFTER_MS = 2_500;

export function LiveProvider({ tenant, children }: { tenant: string; children: ReactNode }) {
  const client = useQueryClient();
  const [socket, setSocket] = useState<LiveSocket | null>(null);
  useEffect(() => {
    const opened = openLiveSocket(tenant);
    const cache = liveCache(client, tenant);
    const refetch = (): void => {
      for (const kind of ["summary", "latest", "budgets", "alert-log"])
        void client.invalidateQueries({ queryKey: [kind, tenant] });
    };
    const stopMessages = opened.onMessage(cache.apply);
    let wasOffline = false;
    let later: ReturnType<typeof setTimeout> | undefined;
    const stopStatus = opened.onStatus(() => {
      // What happened while the socket was away is in the API alone: at once, or a moment later.
      if (opened.status() === "live" && wasOffline) {
        refetch();
        clearTimeout(later);
        later = setTimeout(refetch, STORED_AFTER_MS);
      }
      wasOffline = opened.status() === "offline";
    });
    const poll = setInterval(() => {
      if (opened.status() === "offline" && document.visibilityState === "visible") refetch();
    }, POLL_MS);
    setSocket(opened);
    return () => {
      clearInterval(poll);
      clearTimeout(later);
      stopStatus();
      stopMessages();
      cache.stop();
      opened.close();
      setSocket(null);
    };
  }, [client, tenant]);
  return <LiveContext value={socket}>{children}</LiveContext>;
}

const never = (): (() => void) => () => {};

export function useLiveStatus(): LiveStatus {
  const socket = use(LiveContext);
  return useSyncExternalStore(socket?.onStatus ?? never, () => socket?.status() ?? "connecting");
}

/** Calls `handle` with each event; the newest `handle` counts. */
export function useLiveMessages(handle: (message: LiveMessage) => void): void {
  const socket = use(LiveContext);
  const current = useRef(handle);
  current.current = handle;
  useEffect(() => socket?.onMessage((message) => current.current(message)), [socket]);
}
