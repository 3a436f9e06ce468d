/**
 * `npm run dev`: the Worker under wrangler and the dashboard under vite, both reloading as files change, in one
 * command; they end together. State is in `<METERR_STATE>/dev`, apart from that of `npm start`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, waitTillHealthy } from "./lib/bootstrap.ts";
import { buildIfStale } from "./lib/build.ts";
import { readSettings } from "./lib/settings.ts";
import { loadBootstrap, loadSecrets, openState, saveBootstrap } from "./lib/state.ts";
import { optionalSettings } from "./lib/workerd-config.ts";

/** wrangler's first start bundles, and may be slow. */
const HEALTHY_WITHIN_SECONDS = 60;

/** The dashboard's; the Worker has `PORT`. */
const VITE_PORT = 5173;

async function dev(): Promise<number> {
  const read = readSettings(process.env);
  if (!read.ok) return fail(read.message);
  const { settings } = read;
  await buildIfStale((line) => process.stderr.write(`${line}\n`));
  const state = openState(join(settings.state, "dev"));
  const secrets = loadSecrets(state, settings);
  const vars = join(state, "vars");
  writeFileSync(vars, variables(secrets), { mode: 0o600 });

  const worker = `http://${settings.host}:${settings.port}`;
  const dashboard = `http://${settings.host}:${VITE_PORT}`;
  const children = [
    spawnPart("wrangler", [
      "dev",
      `--ip=${settings.host}`,
      `--port=${settings.port}`,
      `--env-file=${vars}`,
      `--persist-to=${state}`,
      "--show-interactive-dev-session=false",
      "--log-level=warn",
    ]),
    spawnPart(
      "vite",
      ["--config=web/vite.config.ts", `--host=${settings.host}`, `--port=${VITE_PORT}`, "--strictPort"],
      {
        METERR_DEV_WORKER: worker,
      },
    ),
  ];
  const ended = Promise.race(children.map(exitOf));
  const stopAsked = new Promise<number>((resolve) => {
    for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(event, () => resolve(0));
  });
  const setUp = announce(worker, dashboard, { state, adminToken: secrets.adminToken }).then(
    () => new Promise<never>(() => {}),
    (error: Error) => fail(error.message),
  );
  const code = await Promise.race([ended, stopAsked, setUp]);
  for (const child of children) child.kill("SIGTERM");
  await Promise.all(children.map(exitOf));
  return code;
}

/** Sets up through vite, so that the sign-in link and its cookie are of the dashboard's address. */
async function announce(worker: string, dashboard: string, at: { state: string; adminToken: string }): Promise<void> {
  await waitTillHealthy(worker, HEALTHY_WITHIN_SECONDS);
  await waitTillHealthy(dashboard, HEALTHY_WITHIN_SECONDS);
  const before = loadBootstrap(at.state);
  const made = await bootstrap(dashboard, at.adminToken, before === null);
  const known = before ?? { testKey: made.testKey ?? "", tenant: made.tenant.id };
  if (before === null) saveBootstrap(at.state, known);
  process.stdout.write(`\n  Worker     ${worker}\n  Dashboard  ${made.signInUrl}\n  Test key   ${known.testKey}\n\n`);
}

/** For wrangler's `--env-file`. */
function variables(secrets: { adminToken: string; masterKey: string }): string {
  const all = {
    METERR_ADMIN_TOKEN: secrets.adminToken,
    METERR_MASTER_KEY: secrets.masterKey,
    ...optionalSettings(process.env),
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

/** Outside the terminal's group, so that ^C reaches them once, through us. */
function spawnPart(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
    // `request.cf` is a placeholder in development: nothing is asked of Cloudflare.
    env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false", ...env },
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? 1);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

function fail(message: string): 1 {
  process.stderr.write(`${message}\n`);
  return 1;
}

process.exit(await dev());
