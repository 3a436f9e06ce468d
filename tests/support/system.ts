/** The whole system as a user runs it: the real start command, on a free port and a state directory of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** The first start of a run may have to build. */
const START_WITHIN_SECONDS = 100;

export interface System {
  /** `http://127.0.0.1:<port>`; the same after a restart. */
  url: string;
  /** Works once; a new one after each restart. */
  signInUrl: string;
  adminToken: string;
  testKey: string;
  /** Id of the tenant that the bootstrap made. */
  tenant: string;
  stateDir: string;
  /** The process that serves, of this start. */
  workerdPid(): number;
  /** All that it has printed so far. */
  output(): string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL to every process of it, at once. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and state, after `stop` or `kill9`. */
  restart(): Promise<void>;
}

export interface SystemOptions {
  /** Added to the environment. Private upstreams are allowed unless it says otherwise. */
  env?: Record<string, string>;
  /** A state that is there already, instead of a new one. */
  state?: string;
}

/** Starts a system; it ends with the test process at the latest, and its state is removed then. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const stateDir = options.state ?? mkdtempSync(join(tmpdir(), "meterr-test-"));
  let output = "";
  let child = spawnStart("0");
  process.once("exit", () => rmSync(stateDir, { recursive: true, force: true }));
  const first = await untilServing();
  const port = new URL(first.url).port;
  const { testKey, tenant } = JSON.parse(readFileSync(join(stateDir, "bootstrap.json"), "utf8"));
  const adminToken = options.env?.METERR_ADMIN_TOKEN ?? readFileSync(join(stateDir, "admin-token"), "utf8").trim();
  const system: System = {
    ...first,
    adminToken,
    testKey,
    tenant,
    stateDir,
    workerdPid: () => lockFile().workerd.pid,
    output: () => output,
    stop: () => {
      const code = exitCode(child);
      child.kill("SIGTERM");
      return code;
    },
    kill9: async () => {
      const { owner, workerd } = lockFile();
      const gone = exitCode(child);
      // workerd first: nobody must be left to stop it in order.
      for (const pid of [workerd.pid, owner.pid, child.pid ?? 0]) process.kill(pid, "SIGKILL");
      await gone;
    },
    restart: async () => {
      child = spawnStart(port);
      Object.assign(system, await untilServing());
    },
  };
  return system;

  function lockFile(): { owner: { pid: number }; workerd: { pid: number } } {
    return JSON.parse(readFileSync(join(stateDir, "lock"), "utf8"));
  }

  function spawnStart(onPort: string): ChildProcess {
    return spawn(process.execPath, [join(ROOT, "scripts/run.mjs"), "scripts/start.ts"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        METERR_ALLOW_PRIVATE_UPSTREAMS: "1",
        ...options.env,
        PORT: onPort,
        METERR_STATE: stateDir,
      },
    });
  }

  /** Reads the banner. */
  function untilServing(): Promise<{ url: string; signInUrl: string }> {
    const before = output.length;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not serving in time:\n${output}`)), START_WITHIN_SECONDS * 1000);
      const read = (chunk: Buffer) => {
        output += chunk;
        const [, url] = output.slice(before).match(/serving (\S+)/) ?? [];
        const [, signInUrl] = output.slice(before).match(/Dashboard +(\S+)/) ?? [];
        if (url === undefined || signInUrl === undefined || !output.includes("curl ", before)) return;
        clearTimeout(timer);
        resolve({ url, signInUrl });
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => {
        clearTimeout(timer);
        reject(new Error(`the start command ended (${code}):\n${output}`));
      });
    });
  }
}

/** The process's exit code, also where it has ended already; null where a signal ended it. */
function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}
