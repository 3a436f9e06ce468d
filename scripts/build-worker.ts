/**
 * Builds the Worker into `dist/worker`: an entry, and beside it the modules that it loads only when a request needs
 * them. Beside that, `dist/workerd.capnp` serves it without Cloudflare.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { readRuntime, workerdConfig } from "./lib/workerd-config.ts";

const OUT = "dist/worker";

/** The provider packages get streams that cost less than the runtime's: the module says why. */
export const lightStreams: Plugin = {
  name: "light-streams",
  setup({ onLoad }) {
    const module = JSON.stringify(resolve("worker/translate/light-streams.ts"));
    const names = "ReadableStream, TextDecoderStream, TransformStream";
    onLoad({ filter: /node_modules\/(?:@ai-sdk|eventsource-parser)\/.*\.js$/ }, ({ path }) => ({
      contents: `import { ${names} } from ${module};\n${readFileSync(path, "utf8")}`,
    }));
  },
};

/** Builds, or throws esbuild's `BuildFailure`, which it has then printed. */
export async function buildWorker(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: ["worker/index.ts"],
    outdir: OUT,
    bundle: true,
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "browser",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    loader: { ".sql": "text" },
    plugins: [lightStreams],
    define: { "process.env.NODE_ENV": '"production"' },
    minify: true,
    sourcemap: "external",
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  const built = outputFiles.map(({ path, contents }) => ({ path: relative(OUT, path), contents }));
  for (const { path, contents } of built) writeWhole(join(OUT, path), contents);
  const modules = built.map(({ path }) => path).filter((path) => path.endsWith(".js"));
  writeWhole(
    "dist/workerd.capnp",
    workerdConfig({ entry: "index.js", modules }, readRuntime(readFileSync("wrangler.toml", "utf8"))),
  );
  removeOthers(built.map(({ path }) => path));
}

/** By rename: one who is just starting from these files reads the old one or the new one. */
function writeWhole(file: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}

/** Modules of earlier builds, whose names hold another hash. */
function removeOthers(built: string[]): void {
  for (const file of readdirSync(OUT)) {
    if (!built.includes(file)) rmSync(join(OUT, file), { recursive: true });
  }
}

if (import.meta.main) {
  await buildWorker().catch(() => {
    process.exitCode = 1;
  });
}
