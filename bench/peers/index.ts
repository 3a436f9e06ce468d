/** The gateways that meterr is compared with: those that a package registry has. */
import type { Target } from "../measure.ts";
import { startLitellm } from "./litellm.ts";
import { startPortkey } from "./portkey.ts";
import type { Peer } from "./start.ts";

export const PEERS = { portkey: startPortkey, litellm: startLitellm } as const;
export type PeerName = keyof typeof PEERS;

export type StartedPeer = Target & Pick<Peer, "stop"> & { side: PeerName };

/** Starts those of `names` that can be had here; says which cannot, and why. */
export async function startPeers(names: readonly PeerName[], upstream: string): Promise<StartedPeer[]> {
  const started: StartedPeer[] = [];
  for (const name of names) {
    try {
      started.push({ ...(await PEERS[name](upstream)), side: name });
    } catch (error) {
      process.stderr.write(`${name} is left out: ${(error as Error).message.split("\n")[0]}\n`);
    }
  }
  return started;
}
