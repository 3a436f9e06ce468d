/** The live socket for components: its status, and its events. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { liveCache } from "./live-cache.ts";
import { type LiveSocket, type LiveStatus, openLiveSocket } from "./live-socket.ts";
import type { LiveMessage } from "./types.ts";

const LiveContext = createContext<LiveSocket | null>(null);

/** While the socket is away, figures are fetched this often instead. */
const POLL_MS = 5_000;

export function LiveProvider({ tenant, children }: { tenant: string; children: ReactNode }) {
  const client = useQueryClient();
  const [socket, setSocket] = useState<LiveSocket | null>(null);
  useEffect(() => {
    const opened = openLiveSocket(tenant);
    const cache = liveCache(client, tenant);
    const refetch = (): void => {
      for (const kind of ["summary", "latest", "budgets"]) void client.invalidateQueries({ queryKey: [kind, tenant] });
    };
    const stopMessages = opened.onMessage(cache.apply);
    let wasOffline = false;
    const stopStatus = opened.onStatus(() => {
      // What happened while the socket was away is in the API alone.
      if (opened.status() === "live" && wasOffline) refetch();
      wasOffline = opened.status() === "offline";
    });
    const poll = setInterval(() => {
      if (opened.status() === "offline" && document.visibilityState === "visible") refetch();
    }, POLL_MS);
    setSocket(opened);
    return () => {
      clearInterval(poll);
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
