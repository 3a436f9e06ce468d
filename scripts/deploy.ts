/**
 * `npm run deploy`: builds, uploads to Cloudflare with the secrets, and sets the instance up. wrangler makes the
 * database and the KV namespace of `wrangler.toml` where they are missing. `-- --dry-run` does all that needs no account.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, waitTillHealthy } from "./lib/bootstrap.ts";
import { buildIfStale } from "./lib/build.ts";
import { readSettings } from "./lib/settings.ts";
import { loadBootstrap, loadSecrets, openState, saveBootstrap } from "./lib/state.ts";
import { optionalSettings } from "./lib/workerd-config.ts";

/** A new workers.dev name takes a while to answer. */
const HEALTHY_WITHIN_SECONDS = 90;

/** What Cloudflare takes of one Worker, uncompressed. */
const SIZE_LIMIT_MIB = 64;

async function deploy(args: string[]): Promise<number> {
  const settings = readSettings(process.env);
  if (!settings.ok) return fail(settings.message);
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  return args.includes("--dry-run") ? dryRun() : upload(settings.settings);
}

async function dryRun(): Promise<number> {
  const { code, output } = await wrangler(["deploy", "--dry-run", "--outdir=dist/dry-run"], "quiet");
  const size = output.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/);
  if (code !== 0 || size === null) return fail(`The dry run of the deployment failed:\n${output}`);
  const [mib, gzipMib] = size.slice(1).map((kib) => Number(kib) / 1024);
  if (mib === undefined || gzipMib === undefined || mib > SIZE_LIMIT_MIB)
    return fail(`The Worker is too large: ${size[0]}`);
  process.stdout.write(
    `Deployment, dry run: ${mib.toFixed(2)} MiB, ${gzipMib.toFixed(2)} MiB gzip (limit ${SIZE_LIMIT_MIB} MiB)\n`,
  );
  return 0;
}

/** The deployment's own secrets and first tenant are kept beside the local ones, in `.meterr/cloudflare`. */
async function upload(settings: {
  state: string;
  adminToken: string | null;
  masterKey: string | null;
}): Promise<number> {
  const state = openState(join(settings.state, "cloudflare"));
  const secrets = loadSecrets(state, settings);
  const folder = mkdtempSync(join(tmpdir(), "meterr-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    const all = {
      METERR_ADMIN_TOKEN: secrets.adminToken,
      METERR_MASTER_KEY: secrets.masterKey,
      ...optionalSettings(process.env),
    };
    writeFileSync(file, JSON.stringify(all), { mode: 0o600 });
    const { code, output } = await wrangler(["deploy", `--secrets-file=${file}`], "loud");
    if (code !== 0) return code;
    const url = output.match(/https:\/\/\S+\.workers\.dev/)?.[0];
    if (url === undefined) {
      process.stdout.write(
        "Deployed. Its address is not on workers.dev: call POST /api/v1/operator/bootstrap there.\n",
      );
      return 0;
    }
    await waitTillHealthy(url, HEALTHY_WITHIN_SECONDS);
    const before = loadBootstrap(state);
    const made = await bootstrap(url, secrets.adminToken, before === null);
    if (before === null) saveBootstrap(state, { testKey: made.testKey ?? "", tenant: made.tenant.id });
    process.stdout.write(
      `\nDashboard   ${made.signInUrl}\n            signs you in, once\nTest key    ${before?.testKey ?? made.testKey}\nSecrets     ${state}; keep the master key safe\n`,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs wrangler; "loud" shows its output as it comes. */
function wrangler(args: string[], mode: "loud" | "quiet"): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn("wrangler", args, {
      stdio: [mode === "loud" ? "inherit" : "ignore", "pipe", "pipe"],
      env: { ...process.env, ...(mode === "quiet" && { CI: "1", NO_COLOR: "1" }) },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        if (mode === "loud") process.stdout.write(chunk);
      });
    }
    child.on("exit", (code) => resolve({ code: code ?? 1, output }));
  });
}

function fail(message: string): 1 {
  process.stderr.write(`${message}\n`);
  return 1;
}

process.exit(await deploy(process.argv.slice(2)));
