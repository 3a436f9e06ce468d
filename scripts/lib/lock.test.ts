import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { isAlive, startTime, takeLock } from "./lock.ts";

let state = "";
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "meterr-lock-"));
});

/** A process that would run for long. */
async function sleeper() {
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"]);
  await once(child.stdout, "data");
  return { child, id: { pid: child.pid ?? 0, startedAt: startTime(child.pid ?? 0) ?? "" } };
}

const leaveLock = (lock: object | string) =>
  writeFileSync(join(state, "lock"), typeof lock === "string" ? lock : JSON.stringify(lock));

it("refuses a second owner while the first lives, and names it", () => {
  expect(takeLock(state).ok).toBe(true);
  expect(takeLock(state)).toEqual({ ok: false, pid: process.pid });
});

it("is free after its release", () => {
  const first = takeLock(state);
  if (first.ok) first.lock.release();
  expect(takeLock(state).ok).toBe(true);
});

it("is void when its owner was killed", async () => {
  const { child, id } = await sleeper();
  leaveLock({ owner: id, workerd: null });
  expect(takeLock(state).ok).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(takeLock(state).ok).toBe(true);
});

it("is not held by a later process that has the dead owner's number", () => {
  leaveLock({ owner: { pid: process.pid, startedAt: "another time" }, workerd: null });
  expect(takeLock(state).ok).toBe(true);
});

it("stops the workerd that a killed owner left behind, and no other process", async () => {
  const orphan = await sleeper();
  const bystander = await sleeper();
  leaveLock({ owner: { pid: process.pid, startedAt: "gone" }, workerd: orphan.id });
  expect(takeLock(state).ok).toBe(true);
  expect(isAlive(orphan.id)).toBe(false);

  leaveLock({ owner: { pid: process.pid, startedAt: "gone" }, workerd: { ...bystander.id, startedAt: "another" } });
  expect(takeLock(state).ok).toBe(true);
  expect(isAlive(bystander.id)).toBe(true);
  bystander.child.kill("SIGKILL");
});

it("does not stop at a lock file that a crash left half written", () => {
  leaveLock('{"owner":');
  expect(takeLock(state).ok).toBe(true);
});

it("notes the workerd that runs", async () => {
  const { child, id } = await sleeper();
  const taken = takeLock(state);
  if (taken.ok) taken.lock.noteWorkerd(id.pid);
  expect(JSON.parse(readFileSync(join(state, "lock"), "utf8")).workerd).toEqual(id);
  child.kill("SIGKILL");
});
