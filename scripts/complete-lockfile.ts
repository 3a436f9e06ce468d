/**
 * `npm run lockfile`, after `npm install`: adds the packages of other platforms that npm leaves out of the lockfile
 * where a registry does not hold them. Without them `npm ci` refuses the lockfile, on every machine.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface Entry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const FILE = "package-lock.json";
const SYSTEMS: Record<string, string> = { windows: "win32" };
const CPUS: Record<string, string> = { 64: "x64" };
const PLATFORM =
  /-(android|darwin|freebsd|linux|openharmony|win32|windows|wasm32)-?(arm64|arm|x64|64|ia32|ppc64|riscv64|s390x|wasi)?/;

const lockfile = JSON.parse(readFileSync(FILE, "utf8")) as { packages: Record<string, Entry> };
const depth = (path: string): number => path.split("/node_modules/").length;
// The outermost first: theirs lie at the top, as npm places them.
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lockfile.packages).sort(
  ([a], [b]) => depth(a) - depth(b),
)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    // Those of a platform are pinned to their parent's version; a range is another kind of optional package.
    if (!/^\d/.test(version) || placesOf(name, path).some((at) => lockfile.packages[at]?.version === version)) continue;
    const free = placesOf(name, path).findLast((at) => lockfile.packages[at] === undefined);
    if (free === undefined) throw new Error(`${FILE} has no place for ${name}@${version}`);
    lockfile.packages[free] = { version, ...(dev && { dev }), ...platformOf(name), optional: true };
  }
}
const sorted = Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(FILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);

/** Where a package that `path` depends on may lie, nearest first. */
function placesOf(name: string, path: string): string[] {
  const parts = path.split("/node_modules/");
  const inner = parts.map((_, index) => `${parts.slice(0, index + 1).join("/node_modules/")}/node_modules/${name}`);
  return [...inner.reverse(), `node_modules/${name}`];
}

/** A platform's packages say in their names which one it is. */
function platformOf(name: string): Entry {
  const [, system = "", cpu = ""] = name.match(PLATFORM) ?? [];
  if (system === "") return {};
  if (system === "wasm32") return { cpu: ["wasm32"] };
  return {
    os: [SYSTEMS[system] ?? system],
    cpu: [CPUS[cpu] ?? cpu],
    ...(name.endsWith("-musl") && { libc: ["musl"] }),
  };
}
