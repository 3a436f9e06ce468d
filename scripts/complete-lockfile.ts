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
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lockfile.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const [top, own] = [`node_modules/${name}`, `${path}/node_modules/${name}`];
    const isThere = lockfile.packages[own] !== undefined || lockfile.packages[top]?.version === version;
    // Those of a platform are pinned to their parent's version; a range is another kind of optional package.
    if (isThere || !/^\d/.test(version)) continue;
    lockfile.packages[lockfile.packages[top] ? own : top] = {
      version,
      ...(dev && { dev }),
      ...platformOf(name),
      optional: true,
    };
  }
}
const sorted = Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(FILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);

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
