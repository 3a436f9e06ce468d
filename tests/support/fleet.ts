/**
 * Several isolates on one ledger, as traffic makes them on Cloudflare: one workerd whose services share the Durable
 * Objects, D1 and KV, each behind a socket of its own.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, drained, waitTillHealthy } from "../../scripts/lib/bootstrap.ts";
import { buildIfStale } from "../../scripts/lib/build.ts";
import { loadSecrets, openState } from "../../scripts/lib/state.ts";
import { startWorkerd, type Workerd } from "../../scripts/lib/workerd.ts";
import { furtherEdges, readRuntime, workerdConfig } from "../../scripts/lib/workerd-config.ts";

const ROOT = join(import.meta.dirname, "../..");
const HEALTHY_WITHIN_SECONDS = 60;

export interface Fleet {
  /** The directory of its state. */
  state: string;
  /** The process of all edges, of this start. */
  pid(): number;
  /** Of the first edge: for the admin API. New after a restart. */
  url: string;
  /** Of all edges, the first included. New after a restart. */
  urls: string[];
  adminToken: string;
  /** All is settled and given back, then it ends for good. */
  stop(): Promise<void>;
  /** SIGKILL: every isolate and every ledger is gone at once. */
  kill9(): Promise<void>;
  /** Starts it again on the same state, after `kill9`. */
  restart(): Promise<void>;
}

/**
 * Starts `edges` isolates; they end with the test process at the latest, and their state is removed then. Its directory is made
 * in `parent`.
 */
export async function startFleet(edges: number, parent = tmpdir()): Promise<Fleet> {
  process.chdir(ROOT);
  await buildIfStale(() => {});
  const state = openState(mkdtempSync(join(parent, "meterr-fleet-")));
  // A copy: what is built anew meanwhile must not change what a restart starts.
  cpSync("dist/worker", join(state, "worker"), { recursive: true });
  const modules = readdirSync(join(state, "worker")).filter((file) => file.endsWith(".js"));
  const file = join(state, "workerd.capnp");
  writeFileSync(
    file,
    workerdConfig({ entry: "index.js", modules }, readRuntime(readFileSync("wrangler.toml", "utf8")), edges),
  );
  const settings = { port: 0, host: "127.0.0.1", state, adminToken: null, masterKey: null };
  const secrets = loadSecrets(state, settings);
  let workerd: Workerd;
  const fleet: Fleet = {
    state,
    pid: () => workerd.pid,
    url: "",
    urls: [],
    adminToken: secrets.adminToken,
    stop: async () => {
      await Promise.all(fleet.urls.slice(1).map((url) => drained(url, secrets.adminToken)));
      await workerd.stop(() => drained(fleet.url, secrets.adminToken));
      rmSync(state, { recursive: true, force: true });
    },
    kill9: async () => {
      process.kill(workerd.pid, "SIGKILL");
      await workerd.ended;
    },
    restart: start,
  };
  process.once("exit", () => {
    kill(workerd.pid);
    rmSync(state, { recursive: true, force: true });
  });
  await start();
  return fleet;

  async function start(): Promise<void> {
    workerd = startWorkerd({
      root: ROOT,
      state,
      settings: { ...settings, allowPrivateUpstreams: true },
      secrets,
      config: { file, furtherSockets: furtherEdges(edges) },
    });
    const ports = [await workerd.port, ...(await workerd.furtherPorts)];
    fleet.urls = ports.map((port) => `http://127.0.0.1:${port}`);
    fleet.url = fleet.urls[0] ?? "";
    await waitTillHealthy(fleet.url, HEALTHY_WITHIN_SECONDS);
    await bootstrap(fleet.url, secrets.adminToken, false);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
