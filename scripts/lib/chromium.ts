/** The browser that the tests drive: Debian's chromium or any Chrome that is there, else installed where that is allowed. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

export const CHROMIUM_HELP =
  "No Chromium was found, so the dashboard's tests cannot run. Install one (Debian, Ubuntu: `apt-get install chromium`;\n" +
  "elsewhere any Chrome on the PATH), or name one: CHROMIUM=/path/to/chrome npm test";

/** The path of a Chromium, from `CHROMIUM` or the PATH; null where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.CHROMIUM) return env.CHROMIUM;
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      if (isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  return isExecutable(MAC_CHROME) ? MAC_CHROME : null;
}

/** Finds one, or installs Debian's where this process may; null where neither is possible. */
export function ensureChromium(report: (line: string) => void): string | null {
  const found = findChromium();
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return null;
  report("Installing chromium for the dashboard's tests…");
  const run = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  run("update");
  run("install", "--yes", "--no-install-recommends", "chromium");
  return findChromium();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
