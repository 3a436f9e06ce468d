/** The real start command on a state directory, and the database in it while nobody serves. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

export interface Served {
  url: string;
  signInUrl: string;
  tenant: string;
  adminToken: string;
  stop(): Promise<void>;
}

/** The start command on `state`, till it has said where it serves. */
export function serve(state: string): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, "scripts/run.mjs"), "scripts/start.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { ...process.env, PORT: "0", METERR_STATE: state },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("exit", (code) => reject(new Error(`the start command ended (${code})`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      const url = output.match(/serving (\S+)/)?.[1];
      const signInUrl = output.match(/Dashboard +(\S+)/)?.[1];
      if (url === undefined || signInUrl === undefined || !output.includes("curl ")) return;
      const { tenant } = JSON.parse(readFileSync(join(state, "bootstrap.json"), "utf8")) as { tenant: string };
      const adminToken = readFileSync(join(state, "admin-token"), "utf8").trim();
      const stop = async (): Promise<void> => {
        child.kill("SIGTERM");
        await ended;
      };
      resolve({ url, signInUrl, tenant, adminToken, stop });
    });
  });
}

/** The file that holds all usage. */
export function databaseIn(state: string): string {
  const folder = join(state, "d1", "meterr-d1");
  const name = readdirSync(folder).find((file) => file.endsWith(".sqlite") && !file.startsWith("metadata"));
  if (name === undefined) throw new Error(`no database in ${folder}`);
  return join(folder, name);
}
