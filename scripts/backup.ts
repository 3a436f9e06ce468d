/**
 * `npm run backup -- FILE [--state DIR] [--pid PID]`, `npm run restore -- FILE [--state DIR]`: the whole state as one file.
 * `--pid` is of a process that serves without the start command, such as the standalone binary.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { backup, restore } from "./lib/backup.ts";

const USAGE = {
  backup: "npm run backup -- FILE [--state DIR] [--pid PID]",
  restore: "npm run restore -- FILE [--state DIR]",
};

function main([command, file, ...rest]: string[]): number {
  if (command !== "backup" && command !== "restore") return fail(USAGE.backup);
  if (file === undefined || file.startsWith("-")) return fail(`Which file? ${USAGE[command]}`);
  const known = command === "backup" ? ["--state", "--pid"] : ["--state"];
  const isKnown = (name: string, at: number) => at % 2 === 1 || (known.includes(name) && rest[at + 1] !== undefined);
  if (!rest.every(isKnown)) return fail(`Usage: ${USAGE[command]}`);
  const state = optionOf(rest, "--state") ?? process.env.METERR_STATE ?? ".meterr";
  if (command === "restore") {
    const restored = restore(file, state);
    if (!restored.ok) return fail(restored.message);
    const secrets = restored.secrets.includes("master-key")
      ? ""
      : " METERR_MASTER_KEY was kept elsewhere: give the same.";
    process.stdout.write(`${resolve(state)} is what ${file} was.${secrets}\n`);
    return 0;
  }
  const pid = optionOf(rest, "--pid");
  if (pid !== null && !/^\d+$/.test(pid)) return fail(`--pid is the number of a process, not "${pid}".`);
  // systemd calls the main process of a unit that does not run 0; to the system that would be everybody in our group.
  const done = pid === null || Number(pid) === 0 ? backup(state, file) : backup(state, file, Number(pid));
  if (!done.ok) return fail(done.message);
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  const stood = done.stoodStillMs > 0 ? `, for which it stood still ${done.stoodStillMs.toFixed(0)} ms` : "";
  process.stdout.write(`${file}: ${megabytes} MB${stood}. It holds secrets: keep it like them.\n`);
  return 0;
}

function optionOf(args: readonly string[], name: string): string | null {
  const at = args.indexOf(name);
  return at === -1 ? null : (args[at + 1] ?? null);
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

process.exit(main(process.argv.slice(2)));
