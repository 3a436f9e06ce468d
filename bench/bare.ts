/** A Worker that does nothing but pass requests on, in a workerd of its own: the physical limit of a gateway here. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { portOf, workerdBinary } from "../scripts/lib/workerd.ts";

const SOURCE = `export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    return fetch(env.UPSTREAM + pathname + search, request);
  },
};
`;

const config = (upstream: string, date: string) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  services = [
    (name = "internet", network = (allow = ["private"])),
    (name = "main", worker = (
      compatibilityDate = "${date}",
      modules = [(name = "bare.js", esModule = embed "bare.js")],
      bindings = [(name = "UPSTREAM", text = "${upstream}")],
    )),
  ],
);
`;

export interface Bare {
  origin: string;
  pid: number;
  stop(): void;
}

export interface BareOptions {
  /** Where its files go. */
  folder: string;
  /** The origin that it passes all on to. */
  upstream: string;
  /** Its compatibility date. */
  date: string;
}

export async function startBare(options: BareOptions): Promise<Bare> {
  writeFileSync(join(options.folder, "bare.js"), SOURCE);
  writeFileSync(join(options.folder, "bare.capnp"), config(options.upstream, options.date));
  const root = join(import.meta.dirname, "..");
  const child = spawn(workerdBinary(root), ["serve", "--control-fd=3", join(options.folder, "bare.capnp"), "config"], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return {
    origin: `http://127.0.0.1:${await portOf(child)}`,
    pid: child.pid ?? 0,
    stop: () => void child.kill("SIGKILL"),
  };
}
