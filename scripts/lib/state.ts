/**
 * The state directory: secrets made at the first start, what the bootstrap answered, and the databases.
 *
 *   admin-token, master-key   made where the environment sets none; mode 600
 *   bootstrap.json            the sandbox key; mode 600
 *   lock                      who is running on it (lock.ts)
 *   do, d1, kv, blobs, cron   SQLite files of workerd
 *   archive                   usage past its retention, and what sinks of type r2 get
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { problemOfMasterKey } from "./settings.ts";

/** workerd's writable directories, by the name that `workerd-config.ts` gives them. */
export const DISKS = ["do", "d1", "kv", "blobs", "cron", "archive"] as const;

export interface Secrets {
  adminToken: string;
  masterKey: string;
}

export interface Bootstrap {
  testKey: string;
  /** The first tenant's id. */
  tenant: string;
}

/** Makes the directory and its parts, readable by its owner alone; returns its absolute path. */
export function openState(path: string): string {
  const state = resolve(path);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  for (const disk of DISKS) mkdirSync(join(state, disk), { recursive: true, mode: 0o700 });
  return state;
}

/** The given secrets, else the kept ones, else new ones, kept. */
export function loadSecrets(state: string, given: { adminToken: string | null; masterKey: string | null }): Secrets {
  const secrets = {
    adminToken: given.adminToken ?? kept(join(state, "admin-token"), () => `mta_${randomBytes(32).toString("hex")}`),
    masterKey: given.masterKey ?? kept(join(state, "master-key"), () => randomBytes(32).toString("base64")),
  };
  const problem = problemOfMasterKey(secrets.masterKey);
  if (problem !== null) throw new Error(`${join(state, "master-key")} ${problem} Put it back from a backup.`);
  return secrets;
}

/** Null where none is kept, or what is kept is no such thing: then there is another. */
export function loadBootstrap(state: string): Bootstrap | null {
  try {
    const kept = JSON.parse(read(join(state, "bootstrap.json")) ?? "null");
    return typeof kept?.testKey === "string" && typeof kept.tenant === "string" ? kept : null;
  } catch {
    return null;
  }
}

export function saveBootstrap(state: string, bootstrap: Bootstrap): void {
  writePrivate(join(state, "bootstrap.json"), `${JSON.stringify(bootstrap)}\n`);
}

function kept(file: string, make: () => string): string {
  const before = read(file);
  if (before !== null) {
    if (before.trim() === "") throw new Error(`${file} is empty. Put it back from a backup.`);
    return before.trim();
  }
  const made = make();
  writePrivate(file, `${made}\n`);
  return made;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all: a crash between two writes must not leave half a key. */
function writePrivate(file: string, text: string): void {
  const draft = openSync(`${file}.new`, "w", 0o600);
  try {
    writeFileSync(draft, text);
    // The name must not reach the disk before what it names.
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(`${file}.new`, file);
}
