/** Runs workerd on the built Worker, and tells when it listens and when it has ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { withoutNoise } from "./quiet.ts";
import type { Settings } from "./settings.ts";
import { DISKS, type Secrets } from "./state.ts";
import { CONFIGS, diskService, SOCKET } from "./workerd-config.ts";

/** What running requests get to end in, once told to stop. */
const DRAIN_SECONDS = 10;

/** What is open when all that costs money has ended, such as a dashboard's WebSocket, gets this long. */
const CLOSE_SECONDS = 0.3;

export interface Workerd {
  pid: number;
  /** The port that it listens on; stays pending where it ends before that. */
  port: Promise<number>;
  /** The ports of the further sockets, in their order. */
  furtherPorts: Promise<number[]>;
  /** Its exit code, or its signal's name. */
  ended: Promise<number | string>;
  /**
   * Takes no more requests, and ends once those that run have ended and are settled.
   * `drain` resolves to true once they are, to false where it cannot tell.
   */
  stop(drain: () => Promise<boolean>): Promise<void>;
}

export interface WorkerdOptions {
  root: string;
  /** Absolute. */
  state: string;
  settings: Settings;
  secrets: Secrets;
  /** Another configuration than the built one: its file, and the sockets that it has besides. */
  config?: { file: string; furtherSockets: readonly string[] };
}

const BUILT = { file: "dist/workerd.capnp", furtherSockets: [] };

export function startWorkerd({ root, state, settings, secrets, config = BUILT }: WorkerdOptions): Workerd {
  const args = [
    "serve",
    "--experimental",
    "--control-fd=3",
    `--socket-addr=${SOCKET}=${address(settings)}`,
    ...DISKS.map((disk) => `--directory-path=${diskService(disk)}=${join(state, disk)}`),
    config.file,
    settings.allowPrivateUpstreams ? CONFIGS.withPrivate : CONFIGS.publicOnly,
  ];
  const child = spawn(workerdBinary(root), args, {
    cwd: root,
    // In a group of its own: a terminal's ^C reaches us alone, so that we stop it in order.
    detached: true,
    stdio: ["ignore", "inherit", "pipe", "pipe"],
    env: {
      ...process.env,
      METERR_ADMIN_TOKEN: secrets.adminToken,
      METERR_MASTER_KEY: secrets.masterKey,
      METERR_ALLOW_PRIVATE_UPSTREAMS: settings.allowPrivateUpstreams ? "1" : "0",
    },
  });
  if (child.stderr) withoutNoise(child.stderr, (text) => process.stderr.write(text));
  const ended = new Promise<number | string>((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? signal ?? 1));
    child.on("error", (error) => resolve(error.message));
  });
  return {
    pid: child.pid ?? 0,
    port: portOf(child),
    furtherPorts: Promise.all(config.furtherSockets.map((socket) => portOf(child, socket))),
    ended,
    stop: async (drain) => {
      const drained = drain();
      // workerd answers what it has begun to read: the question has to be there before the signal.
      await Promise.race([drained, sleep(0.1)]);
      child.kill("SIGTERM");
      const settled = await Promise.race([drained, ended.then(() => true), sleep(DRAIN_SECONDS).then(() => true)]);
      await Promise.race([ended, sleep(settled ? CLOSE_SECONDS : DRAIN_SECONDS)]);
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref());
}

/** The platform's own package: the launcher in `.bin` may be a script around it, and signals would stop there. */
export function workerdBinary(root: string): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "64" : process.arch;
  const suffix = process.platform === "win32" ? ".exe" : "";
  // As workerd itself would find it: the test plugin brings another version along.
  const workerd = createRequire(join(root, "node_modules/workerd/package.json"));
  return workerd.resolve(`@cloudflare/workerd-${platform}-${arch}/bin/workerd${suffix}`);
}

function address({ host, port }: Settings): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** workerd reports each socket on the control descriptor, a line of JSON each. */
export function portOf(child: ChildProcess, socket = SOCKET): Promise<number> {
  const control = child.stdio[3] as Readable;
  return new Promise((resolve) => {
    let text = "";
    control.on("data", (chunk) => {
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        const message = JSON.parse(line);
        if (message.event === "listen" && message.socket === socket) resolve(message.port);
      }
    });
  });
}
