/** Serves the production build in workerd: the start command, once packages are there (run.mjs). */
import { createServer } from "node:net";
import { join } from "node:path";
import { signatureOf } from "../worker/auth/secrets.ts";
import { banner } from "./lib/banner.ts";
import { bootstrap, drained, waitTillHealthy } from "./lib/bootstrap.ts";
import { buildIfStale } from "./lib/build.ts";
import { type Lock, takeLock } from "./lib/lock.ts";
import { readSettings, type Settings } from "./lib/settings.ts";
import { loadBootstrap, loadSecrets, openState, saveBootstrap } from "./lib/state.ts";
import { startWorkerd } from "./lib/workerd.ts";

const ROOT = join(import.meta.dirname, "..");

/** A first start applies migrations on what may be a slow disk. */
const HEALTHY_WITHIN_SECONDS = 30;

/** Serves till it is told to stop; resolves to the exit code. */
async function serve(): Promise<number> {
  process.chdir(ROOT);
  const read = readSettings(process.env);
  if (!read.ok) return fail(read.message);
  const { settings } = read;
  const state = openState(settings.state);
  const locked = takeLock(state);
  if (!locked.ok) return fail(`${settings.state} is in use by another meterr (process ${locked.pid}).`);
  try {
    // After the lock: taking it may have stopped a workerd that outlived its start command, and held the port.
    const problem = await portProblem(settings);
    if (problem !== null) return fail(problem);
    await buildIfStale((line) => process.stderr.write(`${line}\n`));
    return await run(settings, state, locked.lock);
  } finally {
    locked.lock.release();
  }
}

async function run(settings: Settings, state: string, lock: Lock): Promise<number> {
  const secrets = loadSecrets(state, settings);
  const kept = loadBootstrap(state);
  const signed = kept === null ? null : await signatureOf(kept.testKey, secrets.masterKey);
  // With another key than before no provider's key can be read and no key is known, and new ones would be mixed with old.
  if (signed === "forged") return fail(`The master key is not the one that ${settings.state} was made with.`);
  // A test key of a version that a rotation has dropped is of no use: another one is made.
  const before = signed === "valid" ? kept : null;
  const stopAsked = untilStopAsked();
  const workerd = startWorkerd({ root: ROOT, state, settings, secrets });
  lock.noteWorkerd(workerd.pid);
  const died = workerd.ended.then((how) => `workerd ended unexpectedly (${how}).`);
  const notStarted = startUp().then(
    () => new Promise<never>(() => {}),
    (error: Error) => error.message,
  );
  const problem = await Promise.race([stopAsked, died, notStarted]);
  await workerd.stop(async () => drained(urlOf(settings.host, await workerd.port), secrets.adminToken));
  return problem === null ? 0 : fail(problem);

  /** From the first byte to the banner. */
  async function startUp(): Promise<void> {
    const url = urlOf(settings.host, await workerd.port);
    await waitTillHealthy(url, HEALTHY_WITHIN_SECONDS);
    const { tenant, signInUrl, testKey } = await bootstrap(url, secrets.adminToken, before === null);
    const known = before ?? { testKey: testKey ?? "", tenant: tenant.id };
    if (before === null) saveBootstrap(state, known);
    const adminTokenFile = settings.adminToken === null ? join(settings.state, "admin-token") : null;
    process.stdout.write(
      banner(
        { url, signInUrl, testKey: known.testKey, adminTokenFile, state: settings.state },
        process.stdout.isTTY === true && !process.env.NO_COLOR,
      ),
    );
  }
}

/** Resolves to null on a signal, or when the process that started this one is gone. */
function untilStopAsked(): Promise<null> {
  return new Promise((resolve) => {
    for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(event, () => resolve(null));
  });
}

/** A process that was just killed keeps its port until the last of its threads is gone. */
const PORT_TRIES = 10;
const PORT_PAUSE_MS = 100;

/** Why the port cannot be listened on, or null. workerd would only say so in its own words, and later. */
async function portProblem(settings: Settings): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    const problem = await listenProblem(settings);
    if (problem === null || tries === PORT_TRIES) return problem;
    await new Promise((resolve) => setTimeout(resolve, PORT_PAUSE_MS));
  }
}

function listenProblem({ host, port }: Settings): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        resolve(`Port ${port} is in use; choose another one: PORT=${port + 1} npm start`);
      else if (error.code === "EACCES") resolve(`Port ${port} needs more rights than this user has.`);
      else resolve(`HOST ${host} cannot be listened on (${error.code}).`);
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

/** An address that a browser on this machine can open. */
function urlOf(host: string, port: number): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

function fail(message: string): 1 {
  process.stderr.write(`${message}\n`);
  return 1;
}

const code = await serve().catch((error: Error) => fail(error.message));
process.exit(code);
