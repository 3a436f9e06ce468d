/**
 * One process a state directory. The lock is a file that names its owner and the workerd that the owner started; it
 * is void once the owner is gone, whatever killed it, and a workerd that outlived its owner is stopped.
 */
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A process, told from a later one with the same number by the time at which it started. */
interface ProcessId {
  pid: number;
  startedAt: string;
}

interface LockFile {
  owner: ProcessId;
  workerd: ProcessId | null;
}

export type LockResult = { ok: true; lock: Lock } | { ok: false; pid: number };

export interface Lock {
  /** Notes the workerd that has to go when this process is gone. */
  noteWorkerd(pid: number): void;
  release(): void;
}

/** Takes the lock of `state`, from a dead owner too; refused where the owner lives. */
export function takeLock(state: string): LockResult {
  const file = join(state, "lock");
  const owner = { pid: process.pid, startedAt: startTime(process.pid) ?? "" };
  for (;;) {
    if (createExclusive(file, { owner, workerd: null })) return { ok: true, lock: lockOf(file, owner) };
    const held = readLock(file);
    if (held !== null && isAlive(held.owner)) return { ok: false, pid: held.owner.pid };
    if (held?.workerd && isAlive(held.workerd)) killOrphan(held.workerd);
    removeStale(file, held);
  }
}

/** The process that serves from `state` by the start command; null where none does. */
export function servingPid(state: string): number | null {
  const held = readLock(join(state, "lock"));
  return held?.workerd && isAlive(held.workerd) ? held.workerd.pid : null;
}

function lockOf(file: string, owner: ProcessId): Lock {
  return {
    noteWorkerd: (pid) => {
      write(`${file}.${process.pid}`, { owner, workerd: { pid, startedAt: startTime(pid) ?? "" } });
      renameSync(`${file}.${process.pid}`, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** False where the file is there already. Linked rather than opened, so that nobody reads half of it. */
function createExclusive(file: string, content: LockFile): boolean {
  const draft = `${file}.${process.pid}`;
  write(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Removes the lock that was seen; where another process has taken it meanwhile, puts that one back. */
function removeStale(file: string, seen: LockFile | null): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readLock(aside);
  if (JSON.stringify(moved) !== JSON.stringify(seen)) linkSync(aside, file);
  rmSync(aside);
}

/** Null where there is none, or nothing readable in it. */
function readLock(file: string): LockFile | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function write(file: string, content: LockFile): void {
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
}

/** SIGKILL, then wait till it is gone: two of them must never write the same databases. */
function killOrphan(workerd: ProcessId): void {
  process.kill(workerd.pid, "SIGKILL");
  while (isAlive(workerd)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

export function isAlive({ pid, startedAt }: ProcessId): boolean {
  return startTime(pid) === startedAt;
}

/** When the process started, in the system's own terms; null where there is none, or it is a zombie. */
export function startTime(pid: number): string | null {
  try {
    if (process.platform === "linux") {
      // The command, in parentheses, may hold spaces; after it come the state (field 3) … and the start (field 22).
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" ? null : (fields[19] ?? null);
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
