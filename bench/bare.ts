/**
 * Workers to compare with, each in a workerd of its own. `bare` does nothing but pass requests on: the physical limit here.
 * `reading` does what nobody can leave out who knows what a request asked for and what it used, and who sees it through
 * when its client leaves: the limit of a gateway that meters, before it has metered anything.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { portOf, workerdBinary } from "../scripts/lib/workerd.ts";

const SOURCES = {
  bare: `export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    return fetch(env.UPSTREAM + pathname + search, request);
  },
};
`,
  reading: `const decoder = new TextDecoder();
const withoutLength = (headers) => {
  const all = new Map(headers);
  all.delete("content-length");
  return Object.fromEntries(all);
};

async function answer(request, env) {
  const { pathname, search } = new URL(request.url);
  const upstream = new AbortController();
  request.signal.addEventListener("abort", () => upstream.abort());
  const body = await request.arrayBuffer();
  JSON.parse(decoder.decode(body));
  const headers = withoutLength(request.headers);
  const { signal } = upstream;
  const response = await fetch(env.UPSTREAM + pathname + search, { method: request.method, headers, body, signal });
  const bytes = await response.arrayBuffer();
  JSON.parse(decoder.decode(bytes));
  return new Response(bytes, { status: response.status, headers: withoutLength(response.headers) });
}

export default {
  fetch(request, env, ctx) {
    const answered = Promise.withResolvers();
    ctx.waitUntil(answer(request, env).then(answered.resolve, answered.reject));
    return answered.promise;
  },
};
`,
} as const;

const config = (
  name: keyof typeof SOURCES,
  upstream: string,
  date: string,
) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  services = [
    (name = "internet", network = (allow = ["private"])),
    (name = "main", worker = (
      compatibilityDate = "${date}",
      compatibilityFlags = ["enable_request_signal"],
      modules = [(name = "${name}.js", esModule = embed "${name}.js")],
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

export async function startBare(options: BareOptions, name: keyof typeof SOURCES = "bare"): Promise<Bare> {
  const file = (ending: string) => join(options.folder, `${name}.${ending}`);
  writeFileSync(file("js"), SOURCES[name]);
  writeFileSync(file("capnp"), config(name, options.upstream, options.date));
  const root = join(import.meta.dirname, "..");
  const child = spawn(workerdBinary(root), ["serve", "--control-fd=3", file("capnp"), "config"], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return {
    origin: `http://127.0.0.1:${await portOf(child)}`,
    pid: child.pid ?? 0,
    stop: () => void child.kill("SIGKILL"),
  };
}
