/** The clients of the soak test: they ask one after another, streamed or not, and some leave in the middle. */
import type { Crowd, Errand } from "../../tests/support/crowd.ts";
import { sleep } from "../../tests/support/until.ts";

const LEAVES_SHARE = 0.08;
const STREAM_SHARE = 0.4;
/** Whoever gets no answer gives up. */
const PATIENCE_MS = 20_000;

export interface Sent {
  errand: Errand;
  /** `left` where the client gave up, `broken` where the connection ended by itself. */
  end: number | "left" | "broken";
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

export interface Clients {
  /** All that was sent and has ended. */
  sent: Sent[];
  /** Ends once each has its answer, or has lost it. */
  stop(): Promise<void>;
}

/** Starts `count` of them; `urls` are asked anew each time, since a restart moves them. */
export function startClients(crowd: Crowd, of: { count: number; urls: () => string[]; random: () => number }): Clients {
  const { count, urls, random } = of;
  const sent: Sent[] = [];
  let running = true;

  const one = async (): Promise<void> => {
    while (running) {
      const [errand] = crowd.errands(1);
      if (!errand) return;
      const all = urls();
      const url = all[Math.floor(random() * all.length)] ?? "";
      const from = Date.now();
      const end = await ask(errand, url);
      sent.push({ errand, end, from, to: Date.now() });
      // Nobody hammers what is gone.
      await sleep(end === "broken" ? 200 : end === 402 ? 100 : 5);
    }
  };

  const ask = async (errand: Errand, url: string): Promise<Sent["end"]> => {
    const leaves = random() < LEAVES_SHARE;
    const leaving = new AbortController();
    const timer = setTimeout(() => leaving.abort(), leaves ? random() * 400 : PATIENCE_MS);
    try {
      const response = await crowd.send(errand, url, { stream: random() < STREAM_SHARE, signal: leaving.signal });
      await response.text();
      return response.status;
    } catch {
      return leaving.signal.aborted ? "left" : "broken";
    } finally {
      clearTimeout(timer);
    }
  };

  const all = Promise.all(Array.from({ length: count }, one));
  return {
    sent,
    stop: async () => {
      running = false;
      await all;
    },
  };
}
