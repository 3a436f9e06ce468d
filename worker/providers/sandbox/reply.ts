/** Makes a response of what a dialect wrote: its pace, and the ways in which it breaks. The only effects are timers. */
import type { Controls } from "./controls.ts";

/** An answer before it is sent. A stream's frames are its events; a plain body is one frame. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  frames: Uint8Array[];
  /** Whether the frames are events, which faults count. */
  stream: boolean;
}

/** A stalled body is held open that long; clients give up earlier. A timer keeps the runtime from calling it hung. */
const STALL_MS = 3_600_000;

const encoder = new TextEncoder();

/** `text` in UTF-8. */
export const encode = (text: string): Uint8Array => encoder.encode(text);

/** A body that is not a stream. */
export const plain = (status: number, headers: Record<string, string>, body: string | Uint8Array): Reply => ({
  status,
  headers,
  frames: [typeof body === "string" ? encode(body) : body],
  stream: false,
});

/** A stream of `events`, each with its blank line. */
export const streamed = (headers: Record<string, string>, events: readonly string[]): Reply => ({
  status: 200,
  headers,
  frames: events.map(encode),
  stream: true,
});

type End = "close" | "break" | "stall";

/** The reply's frames after the faults in `controls`, and how they end. `errorEvents` is the dialect's error in a stream. */
export function withFaults(
  reply: Reply,
  controls: Controls,
  errorEvents: readonly string[],
): { frames: Uint8Array[]; end: End } {
  const { frames, stream } = reply;
  const fault = firstFault(controls, errorEvents.length > 0);
  if (fault === null) return { frames, end: "close" };
  if (!stream) {
    const whole = frames[0] ?? new Uint8Array();
    const half = whole.subarray(0, Math.floor(whole.length / 2));
    return { frames: [half], end: fault.kind === "abort" ? "break" : fault.kind === "stall" ? "stall" : "close" };
  }
  const kept = frames.slice(0, fault.events);
  switch (fault.kind) {
    case "cut":
      return { frames: kept, end: "close" };
    case "abort":
      return { frames: kept, end: "break" };
    case "stall":
      return { frames: kept, end: "stall" };
    case "error":
      return { frames: [...kept, ...errorEvents.map(encode)], end: "close" };
    case "malformed":
      return { frames: frames.map((frame, index) => (index === fault.events ? broken(frame) : frame)), end: "close" };
  }
}

function firstFault(
  controls: Controls,
  hasError: boolean,
): { kind: "cut" | "abort" | "stall" | "malformed" | "error"; events: number } | null {
  if (hasError) return { kind: "error", events: controls.after ?? 1 };
  if (controls.cut !== undefined) return { kind: "cut", events: controls.cut };
  if (controls.abort !== undefined) return { kind: "abort", events: controls.abort };
  if (controls.stall !== undefined) return { kind: "stall", events: controls.stall };
  // Users count from one.
  if (controls.malformed !== undefined) return { kind: "malformed", events: Math.max(controls.malformed - 1, 0) };
  return null;
}

/** An event whose JSON stops in the middle; its blank line stays, so that the next one is whole again. */
function broken(frame: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(frame);
  const body = text.trimEnd();
  return encode(body.slice(0, Math.floor(body.length / 2)) + text.slice(body.length));
}

/**
 * Sends `reply` after the latency that was asked for.
 * @throws what `signal` was aborted with; a `TypeError`, as `fetch` does, where the connection is to fail.
 */
export async function send(
  reply: Reply,
  controls: Controls,
  errorEvents: readonly string[],
  signal: AbortSignal,
): Promise<Response> {
  signal.throwIfAborted();
  if (controls.latencyMs) await wait(controls.latencyMs, signal);
  if (controls.reset) throw new TypeError("sandbox: the connection was reset");
  const { frames, end } = withFaults(reply, controls, errorEvents);
  const untouched = end === "close" && !controls.ttftMs && !controls.chunkDelayMs;
  const body = !reply.stream && untouched ? frames[0] : bodyOf(frames, end, controls, signal);
  return new Response(body as Uint8Array<ArrayBuffer>, { status: reply.status, headers: reply.headers });
}

/** The frames as a stream: all that is due at once, then one a delay. Ends with the signal, leaving no timer. */
function bodyOf(all: Uint8Array[], end: End, controls: Controls, signal: AbortSignal): ReadableStream<Uint8Array> {
  const frames = all.filter((frame) => frame.length > 0);
  const over = new AbortController();
  let next = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const stop = (): void => {
        over.abort(signal.reason);
        controller.error(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true, signal: over.signal });
    },
    async pull(controller) {
      const done = (): void => {
        controller.close();
        over.abort();
      };
      try {
        if (next < frames.length) {
          const delayMs = next === 0 ? controls.ttftMs : controls.chunkDelayMs;
          if (delayMs) await wait(delayMs, over.signal);
          do controller.enqueue(frames[next++] ?? new Uint8Array());
          while (next < frames.length && !controls.chunkDelayMs);
          if (next === frames.length && end === "close") done();
          return;
        }
        // A stream that breaks forgets what it still holds, so it breaks only once all has been read.
        if (end === "stall") await wait(STALL_MS, over.signal);
        if (end === "break") controller.error(new TypeError("sandbox: the connection was lost"));
        else done();
      } catch (error) {
        controller.error(error);
      }
    },
    cancel() {
      over.abort();
    },
  });
}

/** Waits, or throws the signal's reason. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
