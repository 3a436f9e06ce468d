/** What breakpoints in prompts would save: agents that send their history again, and pay for it in full. */
import type { SampledRequest } from "../../db/report-sample.ts";
import { leastCacheableTokens, priceOf } from "../../pricing/index.ts";
import { groupBy, type Opportunity, partOf, type Sample, scaled } from "./types.ts";

/** How long what was written lives, each time it is read anew. */
const LIFE_MS = 300_000;
const PICOS_PER_NANO = 1_000;

/** An opportunity for each key whose sessions at Anthropic read and wrote no prompt cache. */
export function promptCache(sample: Sample<SampledRequest>): Opportunity[] {
  const uncached = sample.requests.filter(
    ({ provider, model, input, inputCached, inputCacheWrite, session }) =>
      provider === "anthropic" &&
      session !== null &&
      inputCached + inputCacheWrite === 0 &&
      input >= (leastCacheableTokens(model) ?? Number.POSITIVE_INFINITY),
  );
  return [...groupBy(uncached, ({ key }) => key)].flatMap(([key, requests]) => {
    const sessions = groupBy(requests, ({ session, model }) => JSON.stringify([session, model]));
    const saving = [...sessions.values()].reduce((sum, turns) => sum + savedIn(turns), 0);
    if (saving <= 0) return [];
    return [
      {
        lever: "prompt_cache",
        subject: { key, provider: "anthropic" },
        requests: scaled(requests.length, sample.factor),
        costNanos: scaled(
          requests.reduce((sum, each) => sum + (each.costNanos ?? 0), 0),
          sample.factor,
        ),
        savingNanos: scaled(saving, sample.factor),
        certainty: "estimated",
        basis: `${partOf(requests.length, ofKey(sample, key), sample.factor)} with this key were turns of sessions whose prompts were paid in full. A turn within five minutes of the one before reads what that one sent, at a tenth of its price; what is new is written at a quarter more.`,
        change: { method: "PATCH", path: `/keys/${key}`, body: { prompt_cache: "auto" } },
        needs: null,
      },
    ];
  });
}

const ofKey = ({ requests }: Sample<SampledRequest>, key: string) => requests.filter((each) => each.key === key);

/** In nanodollars, of one session's turns at one model: what is read is cheaper, what is written dearer. */
function savedIn(turns: readonly SampledRequest[]): number {
  let picos = 0;
  let before: SampledRequest | null = null;
  for (const turn of turns) {
    const prices = priceOf(turn)?.tokens;
    if (!prices) continue;
    const isWarm = before !== null && turn.time - before.time <= LIFE_MS && turn.input >= before.input;
    const read = isWarm && before !== null ? before.input : 0;
    picos += read * (prices.input - prices.inputCached);
    picos -= (turn.input - read) * (prices.inputCacheWrite - prices.input);
    before = turn;
  }
  return Math.round(picos / PICOS_PER_NANO);
}
