/** Where peers are installed: a folder of their own, so that they are no dependency of ours. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PEERS = join(import.meta.dirname, "../../.peers");

/** The folder of `name` at `version`, where `install` puts it the first time. Throws where it cannot. */
export function installed(name: string, version: string, install: (folder: string) => void): string {
  const folder = join(PEERS, `${name}-${version}`);
  const done = join(folder, "installed");
  if (existsSync(done)) return folder;
  process.stderr.write(`Installing ${name} ${version} into ${folder}\n`);
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(done, "");
  return folder;
}

/** Runs a command quietly; throws with what it said where it fails. */
export function quietly(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"], maxBuffer: 64 * 1024 * 1024 });
}
