/** A backup of a system that serves, restored beside it: the same keys, records and budgets, and no request lost between them. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aMinuteLater } from "./support/a-minute-later.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Budget, costOfAll, type Key, nanos, newTenant, type Tenant, tenantOf } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ROOT = join(import.meta.dirname, "..");
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
/** What a vanished wallet held is booked as lost once the ledger looks. */
const LOST_WITHIN_MS = 40_000;

const run = (command: "backup" | "restore", ...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, "scripts/backup.ts"), command, ...args], { encoding: "utf8" });

let folder: string;
let system: System;
let upstream: Upstream;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meterr-backup-test-"));
  system = await startSystem();
  upstream = await startUpstream(chats(ANSWER, { everyMs: 5 }));
});

afterAll(async () => {
  await system?.stop();
  await upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function newSet(): Promise<{ tenant: Tenant; key: Key; budget: Budget }> {
  const tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  const key = await tenant.key();
  return { tenant, key, budget: await tenant.budget({ scope: { type: "tenant" }, limit_usd: "10" }) };
}

const chat = async (at: System, key: Key): Promise<number> => {
  const response = await ask(at, DIALECTS.chat, { key: key.key });
  await response.text();
  return response.status;
};

test("a backup under load is restored with books that are whole", { timeout: 240_000 }, async () => {
  const { tenant, key, budget } = await newSet();
  let running = true;
  const load = Promise.all(
    Array.from({ length: 6 }, async () => {
      while (running) expect(await chat(system, key)).toBe(200);
    }),
  );
  await until("some records", 10_000, async () => (await tenant.records()).length > 50);
  const file = join(folder, "backup.tgz");
  const made = run("backup", file, "--state", system.stateDir);
  expect(made).toMatchObject({ status: 0, stderr: "" });
  expect(made.stdout).toContain("stood still");
  expect(statSync(file).mode & 0o077).toBe(0);
  running = false;
  await load;
  await until("the original to be at rest", 20_000, async () => {
    const { spent_usd, held_usd } = await tenant.budgetNow(budget.id);
    return nanos(held_usd) === 0 && nanos(spent_usd) === costOfAll(await tenant.records());
  });
  const spentAfter = nanos((await tenant.budgetNow(budget.id)).spent_usd);

  const restored = join(folder, "restored");
  expect(run("restore", file, "--state", restored)).toMatchObject({ status: 0, stderr: "" });
  aMinuteLater(restored);
  const twin = await startSystem({ state: restored });
  try {
    const there = tenantOf(twin, tenant.id);
    const spent = await until("the twin at rest", LOST_WITHIN_MS, async () => {
      const { spent_usd, held_usd } = await there.budgetNow(budget.id);
      return nanos(held_usd) === 0 && nanos(spent_usd) === costOfAll(await there.records()) && nanos(spent_usd);
    });
    const records = await there.records();
    expect(records.length).toBeGreaterThan(50);
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    const before = await tenant.records();
    const known = new Set(before.map(({ id }) => id));
    // Each is one of the original's, or covers what was under way at that moment.
    expect(records.filter(({ id, status }) => !known.has(id) && status !== "lost")).toEqual([]);
    expect(spent).toBeGreaterThan(0);
    expect(spentAfter).toBeGreaterThan(0);
    // Keys and sealed credentials work as before.
    expect(await chat(twin, key)).toBe(200);
  } finally {
    await twin.stop();
  }
});

test("what is no state, and what would be written over, is refused by name", () => {
  const file = join(folder, "refused.tgz");
  expect(run("backup", file, "--state", folder)).toMatchObject({
    status: 1,
    stderr: `${folder} is no state directory.\n`,
  });
  const full = join(folder, "full");
  mkdirSync(full);
  writeFileSync(join(full, "something"), "");
  writeFileSync(file, "");
  expect(run("restore", file, "--state", full).stderr).toContain("is not empty");
  expect(run("backup", file, "--state", system.stateDir).stderr).toContain("is there already");
  expect(run("restore", join(folder, "nowhere.tgz")).stderr).toContain("is not there");
  expect(run("backup").stderr).toContain("Which file?");
  const free = join(folder, "free.tgz");
  expect(run("backup", free, "--sate", system.stateDir).stderr).toContain("Usage: ");
  expect(run("backup", free, "--state").stderr).toContain("Usage: ");
  expect(run("backup", free, "--state", system.stateDir, "--pid", "-1").stderr).toMatch(/^--pid is /);
  expect(run("backup", free, "--state", system.stateDir, "--pid", "4194305").stderr).toMatch(/^There is no process /);
  expect(run("backup", join(folder, "no/where.tgz"), "--state", system.stateDir).stderr).toContain("no is not there");
});

test("who kills a backup does not leave what serves standing still, and 0 is nobody's process", async () => {
  const state = join(folder, "large");
  for (const disk of ["do", "d1", "kv", "blobs", "cron", "archive"]) mkdirSync(join(state, disk), { recursive: true });
  writeFileSync(join(state, "archive/large"), Buffer.alloc(400e6, 1));
  const serving = spawn("sleep", ["60"]);
  const pid = serving.pid ?? 0;
  const stateOf = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2];
  try {
    const args = [join(ROOT, "scripts/backup.ts"), "backup", join(folder, "large.tgz"), "--state", state];
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const backup = spawn(process.execPath, [...args, "--pid", String(pid)]);
      const ended = new Promise((resolve) => backup.on("exit", resolve));
      await until("it stands still", 20_000, async () => stateOf() === "T");
      backup.kill(signal);
      await ended;
      await until("it goes on", 20_000, async () => stateOf() === "S");
      rmSync(join(folder, "large.tgz"), { force: true });
    }
    rmSync(join(state, "archive/large"));
    expect(run("backup", join(folder, "large.tgz"), "--state", state, "--pid", "0").status).toBe(0);
  } finally {
    serving.kill();
  }
});

test("a file that is cut short, or of something else, is told from a backup", () => {
  const cut = join(folder, "cut.tgz");
  cpSync(join(folder, "backup.tgz"), cut);
  truncateSync(cut, 20_000);
  expect(run("restore", cut, "--state", join(folder, "a")).stderr).toContain("could not be unpacked whole");
  const other = join(folder, "other.tgz");
  execFileSync("tar", ["-czf", other, "-C", join(ROOT, "docs"), "api.md"]);
  expect(run("restore", other, "--state", join(folder, "b")).stderr).toContain("is no backup of meterr");
});
