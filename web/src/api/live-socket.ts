/** The live socket of one tenant: connects, connects again with growing pauses, tells listeners what comes. */
import type { LiveMessage } from "./types.ts";

export type LiveStatus = "connecting" | "live" | "offline";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface LiveSocket {
  status(): LiveStatus;
  /** Calls back whenever the status changes; answers how to stop. */
  onStatus(tell: () => void): () => void;
  onMessage(tell: (message: LiveMessage) => void): () => void;
  close(): void;
}

export function openLiveSocket(tenant: string): LiveSocket {
  const statusListeners = new Set<() => void>();
  const messageListeners = new Set<(message: LiveMessage) => void>();
  let status: LiveStatus = "connecting";
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let closed = false;

  const become = (next: LiveStatus): void => {
    if (status === next) return;
    status = next;
    for (const tell of statusListeners) tell();
  };

  const connect = (): void => {
    clearTimeout(timer);
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/tenants/${tenant}/live`);
    socket = opened;
    opened.onopen = () => {
      pauseMs = FIRST_PAUSE_MS;
      become("live");
    };
    opened.onmessage = (event) => {
      const message = messageOf(event.data);
      if (message) for (const tell of messageListeners) tell(message);
    };
    opened.onclose = () => {
      if (closed) return;
      become("offline");
      // Half of the pause is random, so that a restart does not bring everyone back at once.
      timer = setTimeout(connect, pauseMs * (0.5 + Math.random() / 2));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    };
  };

  /** Back from sleep or from a dead network: no reason to wait out the pause. */
  const wake = (): void => {
    if (!closed && status === "offline" && document.visibilityState === "visible") connect();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  connect();

  return {
    status: () => status,
    onStatus: (tell) => listen(statusListeners, tell),
    onMessage: (tell) => listen(messageListeners, tell),
    close: () => {
      closed = true;
      clearTimeout(timer);
      removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      socket?.close();
    },
  };
}

function listen<T>(listeners: Set<T>, tell: T): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

function messageOf(data: unknown): LiveMessage | null {
  try {
    const message = JSON.parse(String(data)) as LiveMessage;
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
