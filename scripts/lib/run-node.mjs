// Runs a script of ours under our own Node, with the signals and the exit code passed on. Node 20 safe.
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { ensureInstalled } from "./install.mjs";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Installs where needed, then runs `script` (relative to the repository) with this process's arguments, and exits as
 * it does. The IPC channel tells the child when this process is gone, even by SIGKILL.
 * @param {string} script
 */
export function runUnderOurNode(script) {
  const node = ensureInstalled(ROOT);
  const child = spawn(node, [join(ROOT, script), ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env.PATH}` },
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  // Who started this one with a channel of its own, as tests do, is gone.
  process.on("disconnect", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
}
