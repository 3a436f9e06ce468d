/** The client of the benchmark, a process of its own: a number of connections, each with one request after another. */
import { Pool } from "undici";
import { SENT_AT } from "./canned.ts";

export interface LoadOptions {
  /** `http://host:port` */
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  /** Until then, or until each connection has made so many requests. */
  seconds: number;
  each?: number;
  /** All connections together; as fast as answers come where it is left out. */
  requestsPerSecond?: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** From a request to the first byte of its answer's body; sorted. */
  firstByteMs: number[];
  /** From when a streamed chunk left the provider to when it was here; sorted. */
  chunkDelayMs: number[];
  /** Answers that were not 200 or not whole, by status or error. */
  failures: Record<string, number>;
}

const END = /\[DONE\]|message_stop|response\.completed|"finishReason":"STOP"/;

async function load(of: LoadOptions): Promise<LoadResult> {
  const { origin, path, headers, body, connections, seconds, each = Number.POSITIVE_INFINITY, requestsPerSecond } = of;
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const firstByteMs: number[] = [];
  const chunkDelayMs: number[] = [];
  const failures: Record<string, number> = {};
  const fail = (why: string | number) => {
    failures[why] = (failures[why] ?? 0) + 1;
  };
  const isStream = body.includes('"stream":true');
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;
  const everyMs = requestsPerSecond === undefined ? 0 : (connections * 1000) / requestsPerSecond;

  const ask = async (): Promise<void> => {
    const sentAt = performance.now();
    const response = await pool.request({ method: "POST", path, headers, body });
    if (response.statusCode !== 200) fail(response.statusCode);
    let isFirst = true;
    let last = "";
    for await (const part of response.body) {
      if (isFirst) firstByteMs.push(performance.now() - sentAt);
      isFirst = false;
      if (!isStream) continue;
      last = part.toString("latin1");
      noteDelays(last);
    }
    if (isStream && response.statusCode === 200 && !END.test(last)) fail("cut short");
  };

  const noteDelays = (text: string) => {
    const at = performance.timeOrigin + performance.now();
    for (let from = text.indexOf(SENT_AT); from !== -1; from = text.indexOf(SENT_AT, from + 1)) {
      const sent = Number.parseFloat(text.slice(from + SENT_AT.length, from + SENT_AT.length + 17));
      if (!Number.isNaN(sent)) chunkDelayMs.push(at - sent);
    }
  };

  const oneByOne = async (_: unknown, connection: number): Promise<void> => {
    for (let n = 0; n < each; n++) {
      if (everyMs > 0) await until(startedAt + (n + connection / connections) * everyMs);
      if (performance.now() >= deadline) return;
      try {
        await ask();
      } catch (error) {
        fail((error as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, oneByOne));
  const took = (performance.now() - startedAt) / 1000;
  await pool.close();
  const sorted = (values: number[]) => Array.from(Float64Array.from(values).sort());
  return {
    requests: firstByteMs.length,
    seconds: took,
    firstByteMs: sorted(firstByteMs),
    chunkDelayMs: sorted(chunkDelayMs),
    failures,
  };
}

async function until(at: number): Promise<void> {
  const ms = at - performance.now();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  // Options come as a message: a command line may not be as long as a body of 5 MB. Leaving before the answer is written
  // would lose it.
  process.once("message", async (options) => {
    process.send?.(await load(options as LoadOptions), () => process.disconnect?.());
  });
}
