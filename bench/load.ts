/** The client of the benchmark, a process of its own: a number of connections, each with one request after another. */
import { Pool } from "undici";

export interface LoadOptions {
  /** `http://host:port` */
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  seconds: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Of each request, sorted. */
  latenciesMs: number[];
  /** Until the first byte of each answer's body, sorted. */
  firstBytesMs: number[];
  /** Answers that were not 200, by status or error. */
  failures: Record<string, number>;
}

async function load({ origin, path, headers, body, connections, seconds }: LoadOptions): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latenciesMs: number[] = [];
  const firstBytesMs: number[] = [];
  const failures: Record<string, number> = {};
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;

  const oneByOne = async (): Promise<void> => {
    while (performance.now() < deadline) {
      const sentAt = performance.now();
      try {
        const response = await pool.request({ method: "POST", path, headers, body });
        let isFirst = true;
        for await (const _ of response.body) {
          if (isFirst) firstBytesMs.push(performance.now() - sentAt);
          isFirst = false;
        }
        if (response.statusCode !== 200) failures[response.statusCode] = (failures[response.statusCode] ?? 0) + 1;
      } catch (error) {
        const { message } = error as Error;
        failures[message] = (failures[message] ?? 0) + 1;
      }
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, oneByOne));
  await pool.close();
  latenciesMs.sort((a, b) => a - b);
  firstBytesMs.sort((a, b) => a - b);
  const requests = latenciesMs.length;
  return { requests, seconds: (performance.now() - startedAt) / 1000, latenciesMs, firstBytesMs, failures };
}

if (import.meta.main) {
  // Leaving before the message is written would lose it.
  process.send?.(await load(JSON.parse(process.argv[2] ?? "")), () => process.disconnect?.());
}
