/** What goes wrong with the machine while the soak test runs. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Fleet } from "../../tests/support/fleet.ts";
import { sleep } from "../../tests/support/until.ts";

/** A time in which something was wrong, in milliseconds since the epoch. */
export interface Trouble {
  what: string;
  from: number;
  to: number;
}

export interface Disk {
  /** Where to put the state. */
  path: string;
  /** Whether it can be filled up without harm to others. */
  isOwn: boolean;
  remove(): void;
}

const DISK_MB = 512;

/** A small disk of our own where the system lets us mount one; else a plain folder, which is never filled. */
export function newDisk(): Disk {
  const path = mkdtempSync(join(tmpdir(), "meterr-soak-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", path], { stdio: "ignore" });
    const remove = () => {
      execFileSync("umount", ["-l", path], { stdio: "ignore" });
      rmSync(path, { recursive: true, force: true });
    };
    return { path, isOwn: true, remove };
  } catch {
    return { path, isOwn: false, remove: () => rmSync(path, { recursive: true, force: true }) };
  }
}

/** Everything that can be done to `fleet`. Each takes a while, and all is well again after it, or soon. */
export function troublesFor(fleet: Fleet, disk: Disk): Record<string, () => Promise<void>> {
  return {
    "kill -9": async () => {
      await fleet.kill9();
      await fleet.restart();
    },
    // The process stands still, and finds that the clock has jumped.
    "clock jump": async () => {
      process.kill(fleet.pid(), "SIGSTOP");
      await sleep(7_000);
      process.kill(fleet.pid(), "SIGCONT");
    },
    "slow D1": () => locked(join(fleet.state, "d1"), 6_000),
    "slow KV": () => locked(join(fleet.state, "kv"), 4_000),
    ...(disk.isOwn && {
      "full disk": async () => {
        const filler = join(disk.path, "filler");
        fill(filler);
        await sleep(5_000);
        rmSync(filler);
      },
    }),
  };
}

/** Writes until nothing more fits. */
function fill(file: string): void {
  const piece = Buffer.alloc(1_048_576);
  for (let size = piece.length; size >= 4_096; ) {
    try {
      appendFileSync(file, piece.subarray(0, size));
    } catch {
      size /= 2;
    }
  }
}

/** Somebody else writes into the databases of `folder` for that long. */
async function locked(folder: string, ms: number): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
  const databases = files.flatMap((file) => {
    const database = new DatabaseSync(join(folder, file));
    try {
      database.exec("PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE");
      return [database];
    } catch {
      database.close();
      return [];
    }
  });
  await sleep(ms);
  for (const database of databases) {
    database.exec("ROLLBACK");
    database.close();
  }
}
