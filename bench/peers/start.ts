/** A peer as a process: started on a free port, and waited for until it answers as it should. */
import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { bodyOf, LOADS } from "../loads.ts";
import { sleep } from "../measure.ts";

const START_WITHIN_SECONDS = 90;

export interface Peer {
  origin: string;
  pid: number;
  stop(): void;
}

/** Starts `command` and waits until a first completion comes through. */
export async function startPeer(of: {
  command: string;
  args: (port: number) => string[];
  env?: Record<string, string>;
  cwd: string;
  path: string;
  headers: Record<string, string>;
}): Promise<Peer> {
  const port = await freePort();
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: "C.UTF-8", ...of.env };
  const child = spawn(of.command, of.args(port), { cwd: of.cwd, env, stdio: ["ignore", "ignore", "ignore"] });
  const stop = () => void child.kill("SIGKILL");
  process.once("exit", stop);
  const origin = `http://127.0.0.1:${port}`;
  for (let second = 0; second < START_WITHIN_SECONDS; second++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(origin + of.path, {
      method: "POST",
      headers: { ...of.headers, "content-type": "application/json" },
      body: bodyOf(LOADS.throughput),
    }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return { origin, pid: child.pid ?? 0, stop };
    await sleep(1);
  }
  stop();
  throw new Error(`it did not serve within ${START_WITHIN_SECONDS} s`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
