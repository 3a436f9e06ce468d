// Installs the packages of the lockfile where they are not all there. Plain JavaScript without packages: this runs
// on Node 20 before anything is installed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The oldest Node that can run the installer. */
const MIN_NODE_MAJOR = 20;

/** Our own Node, pinned in package.json: the tools need a newer one than a machine may have. */
const NODE = "node_modules/node/bin/node";

/**
 * True where each package of the lockfile is installed in its version. Optional ones may be missing: they are for
 * other platforms.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = packages(join(root, "package-lock.json"));
  const present = packages(join(root, "node_modules/.package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === "" || present[path]?.version === version) return true;
    return present[path] === undefined && (optional === true || devOptional === true);
  });
}

/**
 * The packages that a lockfile names, by path; none where there is no such file.
 * @param {string} file
 * @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean}>}
 */
function packages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return {};
  }
}

/**
 * Installs where needed and returns the path of our Node, or explains on stderr and exits.
 * @param {string} root the repository
 */
export function ensureInstalled(root) {
  if (Number(process.versions.node.split(".")[0]) < MIN_NODE_MAJOR) {
    fail(`meterr needs Node ${MIN_NODE_MAJOR} or newer, this is ${process.versions.node}.`);
  }
  if (!isInstalled(root)) {
    process.stderr.write("Installing packages from the lockfile…\n");
    const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    // npm tells its own path to the scripts that it runs; called directly, it is on the PATH.
    const npm = process.env.npm_execpath;
    const [command, ...first] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
    const { status, error } = spawnSync(command, [...first, ...args], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (error) fail(`npm could not be started: ${error.message}`);
    if (status !== 0) fail("The packages could not be installed; npm's messages are above.");
  }
  return join(root, NODE);
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
