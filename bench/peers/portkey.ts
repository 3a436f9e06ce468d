/** Portkey's gateway, from npm, as its README runs it: Node, no console, one provider by header. It has no keys and no budgets. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../measure.ts";
import { installed, quietly } from "./install.ts";
import { type Peer, startPeer } from "./start.ts";

const VERSION = "1.15.2";
/** With what its range resolves to now, its streams fail ("immutable"). */
const MANIFEST = {
  dependencies: { "@portkey-ai/gateway": VERSION },
  overrides: { "@hono/node-server": "1.13.8" },
};
const PATH = "/v1/chat/completions";

export async function startPortkey(upstream: string): Promise<Target & Pick<Peer, "stop">> {
  const folder = installed("portkey", VERSION, (into) => {
    writeFileSync(join(into, "package.json"), JSON.stringify(MANIFEST));
    quietly("npm", ["install", "--no-audit", "--no-fund"], into);
  });
  const headers = {
    authorization: "Bearer sk-bench",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream}/v1`,
  };
  const peer = await startPeer({
    command: process.execPath,
    args: (port) => [
      join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js"),
      `--port=${port}`,
      "--headless",
    ],
    // Its guard against private addresses, opened for the one upstream.
    env: { NODE_ENV: "production", TRUSTED_CUSTOM_HOSTS: "127.0.0.1" },
    cwd: folder,
    path: PATH,
    headers,
  });
  return { side: "portkey", path: PATH, headers, ...peer };
}
