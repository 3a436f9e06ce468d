/** What the benchmark's command line says. Pure. */
import { PEERS, type PeerName } from "./peers/index.ts";

export interface Options {
  /** Where to write the ratios. */
  json: string | null;
  peers: readonly PeerName[];
  /** Whether to write `docs/benchmarks.md` anew. */
  docs: boolean;
}

export const USAGE = `npm run bench -- [--peers none|portkey,litellm] [--json FILE] [--docs]`;

const ALL = Object.keys(PEERS) as PeerName[];

/** The options of `args`; an error's text where they are none. */
export function readOptions(args: readonly string[]): Options | string {
  const options: Options = { json: null, peers: ALL, docs: false };
  for (let at = 0; at < args.length; at++) {
    const value = args[at + 1];
    switch (args[at]) {
      case "--docs":
        options.docs = true;
        break;
      case "--json":
        if (value === undefined) return "--json needs a file.";
        options.json = value;
        at++;
        break;
      case "--peers": {
        const names = value === "none" ? [] : (value ?? "").split(",");
        const unknown = names.find((name) => !ALL.some((peer) => peer === name));
        if (unknown !== undefined) return `--peers takes none, or some of ${ALL.join(", ")}; not "${unknown}".`;
        options.peers = ALL.filter((peer) => names.includes(peer));
        at++;
        break;
      }
      default:
        return `What is ${args[at]}?`;
    }
  }
  return options;
}
