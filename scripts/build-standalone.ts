/**
 * `npm run build:standalone`: one binary, `dist/standalone/meterr`, that is the whole system: the runtime, the Worker, the
 * dashboard. Beside it a systemd unit and a Dockerfile. `-- --allow-private-upstreams` lets it call private addresses.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buildIfStale } from "./lib/build.ts";
import { workerdBinary } from "./lib/workerd.ts";
import { CONFIGS, readRuntime, standaloneConfig } from "./lib/workerd-config.ts";
import { assetWorker } from "./standalone/assets.ts";

const ROOT = join(import.meta.dirname, "..");
const OUT = "dist/standalone";
/** Of the systemd unit and the Dockerfile, which make the directories. */
const STATE = "/var/lib/meterr";
const ADDRESS = "127.0.0.1:8787";
const BESIDE = ["meterr.service", "meterr.env", "Dockerfile"];

/** Builds it and resolves to the binary's path. */
export async function buildStandalone(
  options: { allowPrivateUpstreams: boolean },
  report: (line: string) => void,
): Promise<string> {
  process.chdir(ROOT);
  await buildIfStale(report);
  const files = readdirSync("dist/web", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice("dist/web/".length))
    .sort();
  writeFileSync(
    "dist/standalone-assets.js",
    assetWorker(files, (file) => readFileSync(join("dist/web", file))),
  );
  const modules = readdirSync("dist/worker").filter((file) => file.endsWith(".js"));
  const config = standaloneConfig({ entry: "index.js", modules }, readRuntime(readFileSync("wrangler.toml", "utf8")), {
    files,
    state: STATE,
    address: ADDRESS,
  });
  writeFileSync("dist/standalone.capnp", config);
  mkdirSync(OUT, { recursive: true });
  const binary = join(ROOT, OUT, "meterr");
  await compile(options.allowPrivateUpstreams ? CONFIGS.withPrivate : CONFIGS.publicOnly, binary);
  for (const file of BESIDE) copyFileSync(join(import.meta.dirname, "standalone", file), join(OUT, file));
  return binary;
}

function compile(config: string, binary: string): Promise<void> {
  const args = ["compile", "dist/standalone.capnp", config];
  // A new file: one that runs cannot be written to.
  rmSync(binary, { force: true });
  const out = openSync(binary, "w");
  const child = spawn(workerdBinary(ROOT), args, { stdio: ["ignore", out, "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      closeSync(out);
      if (code !== 0) return reject(new Error(`workerd compile ended with ${code}`));
      chmodSync(binary, 0o755);
      resolve();
    });
  });
}

if (import.meta.main) {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const binary = await buildStandalone(
    { allowPrivateUpstreams: process.argv.includes("--allow-private-upstreams") },
    say,
  );
  const megabytes = (statSync(binary).size / 1e6).toFixed(0);
  process.stdout.write(
    `${join(OUT, "meterr")} (${megabytes} MB), with ${BESIDE.join(", ")}: see docs/self-hosting.md\n`,
  );
}
