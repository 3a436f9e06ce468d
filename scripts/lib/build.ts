/** Builds what is older than its sources: the Worker and the dashboard. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWorker } from "../build-worker.ts";

interface Part {
  name: string;
  /** Files and directories that it is made of. */
  sources: string[];
  /** A file that it makes. */
  result: string;
  build(): Promise<void>;
}

const PARTS: Part[] = [
  {
    name: "worker",
    sources: [
      "worker",
      "durable-objects",
      "migrations",
      "scripts/build-worker.ts",
      "scripts/lib/workerd-config.ts",
      "wrangler.toml",
      "package-lock.json",
    ],
    result: "dist/workerd.capnp",
    build: buildWorker,
  },
  {
    name: "dashboard",
    sources: ["web", "worker/core", "package-lock.json"],
    result: "dist/web/app/index.html",
    build: buildDashboard,
  },
];

/**
 * Builds the parts whose sources have changed since their last build; the working directory is the repository.
 * Throws what the bundler throws.
 */
export async function buildIfStale(report: (line: string) => void): Promise<void> {
  for (const part of PARTS) {
    const stamp = `dist/${part.name}.stamp`;
    const wanted = fingerprint(part.sources);
    if (existsSync(part.result) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) continue;
    const startedAt = performance.now();
    await part.build();
    mkdirSync("dist", { recursive: true });
    writeFileSync(stamp, wanted);
    report(`Built the ${part.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

async function buildDashboard(): Promise<void> {
  // Under a test runner it says otherwise, and the bundle would carry React's development build and this machine's paths.
  process.env.NODE_ENV = "production";
  const { build } = await import("vite");
  await build({ configFile: "web/vite.config.ts", root: "web", mode: "production", logLevel: "error" });
}

/** A digest of names and contents: a checkout changes times without changing anything. Tests are not built. */
function fingerprint(sources: string[]): string {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of filesBelow(source)) hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
