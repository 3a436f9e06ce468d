/**
 * Backups of a state directory. Ledgers and database have to be of the same moment: of an older ledger budgets would have
 * forgotten what was spent since, of an older database records would be missing. So the process that serves stands still
 * while its files are copied: what is copied is what a power cut would have left, which every start can go on from.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { servingPid, startTime, takeLock } from "./lock.ts";
import { DISKS } from "./state.ts";

/** What no restore needs: who was running. */
const LEFT_OUT = /^lock/;
const SECRETS = ["admin-token", "master-key", "bootstrap.json"];

export type BackupResult = { ok: true; stoodStillMs: number } | { ok: false; message: string };

/**
 * Writes the state into `file`, a gzipped tar. Where somebody serves from it, they stand still for the copy alone; where
 * nobody does, nobody begins to before it is copied.
 */
export function backup(state: string, file: string, pid: number | null = servingPid(state)): BackupResult {
  if (!DISKS.every((disk) => existsSync(join(state, disk)))) return no(`${state} is no state directory.`);
  if (existsSync(file)) return no(`${file} is there already.`);
  if (!existsSync(dirname(resolve(file)))) return no(`${dirname(resolve(file))} is not there.`);
  if (pid !== null && startTime(pid) === null) return no(`There is no process ${pid}.`);
  const locked = pid === null ? takeLock(state) : null;
  if (locked?.ok === false) return no(`Process ${locked.pid} is about to serve from ${state}: try again.`);
  // Signals wait till we are done: what stands still has to go on, and a copy of secrets must not stay behind.
  for (const signal of SIGNALS) process.on(signal, wait);
  // Beside the state: there is room for it, and a file system that can share blocks does not copy at all.
  const copy = mkdtempSync(join(dirname(resolve(state)), ".meterr-backup-"));
  try {
    const startedAt = performance.now();
    const goOn = pid === null ? null : standStill(pid);
    try {
      for (const entry of readdirSync(state)) {
        if (!LEFT_OUT.test(entry)) cpSync(join(state, entry), join(copy, entry), { recursive: true, mode: 2 });
      }
    } finally {
      goOn?.();
    }
    const stoodStillMs = pid === null ? 0 : performance.now() - startedAt;
    locked?.lock.release();
    execFileSync("tar", ["-czf", `${resolve(file)}.part`, "-C", copy, "."], { stdio: ["ignore", "ignore", "inherit"] });
    chmodSync(`${file}.part`, 0o600);
    renameSync(`${file}.part`, file);
    return { ok: true, stoodStillMs };
  } catch (error) {
    return no(`The backup failed: ${(error as Error).message}`);
  } finally {
    locked?.lock.release();
    rmSync(copy, { recursive: true, force: true });
    rmSync(`${file}.part`, { force: true });
    for (const signal of SIGNALS) process.off(signal, wait);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const wait = () => {};

/** Stops the process till the answer is called, or till this process is gone, whatever killed it. */
function standStill(pid: number): () => void {
  const guard = spawn("sh", ["-c", `read _; kill -CONT ${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  process.kill(pid, "SIGSTOP");
  return () => {
    process.kill(pid, "SIGCONT");
    guard.stdin?.end();
    guard.unref();
  };
}

export type RestoreResult = { ok: true; secrets: string[] } | { ok: false; message: string };

/** Makes `state` what is in `file`. Refused where there is a state already: nothing is ever written over. */
export function restore(file: string, state: string): RestoreResult {
  if (!existsSync(file)) return no(`${file} is not there.`);
  if (existsSync(state) && readdirSync(state).length > 0) return no(`${state} is not empty: move it away first.`);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const locked = takeLock(state);
  if (!locked.ok) return no(`${state} is in use by process ${locked.pid}.`);
  try {
    execFileSync("tar", ["-xzpf", resolve(file), "-C", state], { stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    return no(`${file} could not be unpacked whole: ${state} is of no use.`);
  } finally {
    locked.lock.release();
  }
  const missing = DISKS.filter((disk) => !existsSync(join(state, disk)));
  if (missing.length > 0) return no(`${file} is no backup of meterr: it has no ${missing.join(", ")}.`);
  return { ok: true, secrets: SECRETS.filter((secret) => existsSync(join(state, secret))) };
}

const no = (message: string) => ({ ok: false as const, message });
