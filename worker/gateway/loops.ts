/**
 * Agents that go round in circles: the same request again and again, in one session. What is known is what passed through
 * this isolate: a client that keeps its connection stays with one, and elsewhere the count begins anew.
 */
import { sha256Hex } from "../auth/secrets.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { Call } from "./call.ts";

interface Streak {
  digest: string;
  count: number;
  /** Milliseconds since the epoch. */
  at: number;
}

const streaks = new Map<string, Streak>();
const MAX_STREAKS = 10_000;
/** What comes again after a longer pause is no loop. */
const PAUSE_MS = 600_000;

/** Why `call` may not go: its key limits how often the same request may come in a row, and it came more often. */
export async function checkLoop(call: Call): Promise<GatewayError | null> {
  const most = call.grant.key.maxIdenticalRequests ?? null;
  if (most === null || call.body.kind !== "json") return null;
  const { key, session } = call.scope;
  const whose = JSON.stringify([key, session]);
  const digest = `${call.place.path} ${await sha256Hex(call.body.text)}`;
  const last = streaks.get(whose);
  const isSame = last?.digest === digest && call.arrivedAt - last.at < PAUSE_MS;
  const count = isSame ? last.count + 1 : 1;
  remember(whose, { digest, count, at: call.arrivedAt });
  if (count <= most) return null;
  return gatewayError(
    "loop_detected",
    `The same request came ${count} times in a row${session === null ? "" : ` in session "${session}"`}; this key allows ${most}. Nothing was sent to the provider.`,
    { details: { session, identical_requests: count, max_identical_requests: most } },
  );
}

/** The least recently seen is forgotten first. */
function remember(whose: string, streak: Streak): void {
  streaks.delete(whose);
  if (streaks.size >= MAX_STREAKS) streaks.delete(streaks.keys().next().value ?? "");
  streaks.set(whose, streak);
}
