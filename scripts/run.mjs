// `node scripts/run.mjs <script> [argument…]`: installs if needed, then runs the script (TypeScript, relative to the
// repository) under our own Node, with signals and the exit code passed on. Plain JavaScript without packages: it has to run on Node 20.
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { ensureInstalled } from "./lib/install.mjs";

const ROOT = join(import.meta.dirname, "..");

const [script, ...args] = process.argv.slice(2);
const node = ensureInstalled(ROOT);
// The IPC channel tells the child when this process is gone, even by SIGKILL.
const child = spawn(node, [join(ROOT, script ?? ""), ...args], {
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
