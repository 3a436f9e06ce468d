/** The start command, as a user runs it. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTime } from "../scripts/lib/lock.ts";
import { type System, startSystem } from "./support/system.ts";
import { tenantOf } from "./support/tenant.ts";
import { until } from "./support/until.ts";

const ROOT = join(import.meta.dirname, "..");

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** Runs the start command to its end. */
function start(env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/run.mjs"), "scripts/start.ts"], {
    env: { ...process.env, METERR_STATE: `${system.stateDir}/other`, PORT: "0", ...env },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, stderr })));
}

const chat = (key: string) =>
  fetch(`${system.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5-mini", messages: [{ role: "user", content: "Hello" }] }),
  });

it("prints a curl line that works as pasted", async () => {
  const line = system.output().match(/^curl .*$/m)?.[0] ?? "";
  const child = spawn("sh", ["-c", `${line} --silent`]);
  let answer = "";
  for await (const chunk of child.stdout) answer += chunk;
  expect(JSON.parse(answer).choices[0].message.role).toBe("assistant");
  const shown = await until(
    "its record",
    2_000,
    async () => (await tenantOf(system, system.tenant).records())[0] ?? null,
  );
  expect(shown).toMatchObject({ status: "ok", model: "gpt-5-mini", mode: "test" });
});

it("prints a sign-in link that works once", async () => {
  const signIn = () => fetch(system.signInUrl, { redirect: "manual" });
  const first = await signIn();
  expect(first.status).toBe(302);
  expect(first.headers.get("location")).toMatch(/\/app$/);
  expect(first.headers.get("set-cookie")).toMatch(/HttpOnly/i);
  const second = await signIn();
  expect(second.headers.get("set-cookie") ?? "").not.toMatch(/session_token=[^;]/);
});

it("keeps its secrets from other users of the machine", () => {
  for (const file of ["admin-token", "master-key", "bootstrap.json"]) {
    expect(statSync(join(system.stateDir, file)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(system.stateDir).mode & 0o077).toBe(0);
});

it.each(["SIGTERM", "SIGINT"] as const)("ends with npm, which is told by %s", async (signal) => {
  const state = mkdtempSync(join(tmpdir(), "meterr-npm-test-"));
  const npm = spawn("npm", ["start"], {
    cwd: ROOT,
    env: { ...process.env, METERR_STATE: state, PORT: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  npm.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const ended = new Promise((resolve) => npm.on("exit", resolve));
  const url = await until("npm start to serve", 60_000, async () => {
    const [, at] = output.match(/serving (\S+)/) ?? [];
    return output.includes("curl ") && at;
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  npm.kill(signal);
  await ended;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  rmSync(state, { recursive: true });
});

it("lets one process use a state directory", async () => {
  const { code, stderr } = await start({ METERR_STATE: system.stateDir });
  expect(stderr).toMatch(/is in use by another meterr \(process \d+\)/);
  expect(code).toBe(1);
});

it("says in one line that the port is taken", async () => {
  const { code, stderr } = await start({ PORT: new URL(system.url).port });
  expect(stderr).toMatch(/^Port \d+ is in use; choose another one: PORT=\d+ npm start\n$/);
  expect(code).toBe(1);
});

it("says in one line what is wrong with a setting", async () => {
  const { code, stderr } = await start({ METERR_MASTER_KEY: "not a key" });
  expect(stderr).toMatch(/^METERR_MASTER_KEY must be .*\n$/);
  expect(code).toBe(1);
});

it("does not serve a state with another master key than it was made with", async () => {
  const folder = mkdtempSync(join(tmpdir(), "meterr-start-test-"));
  try {
    cpSync(join(system.stateDir, "bootstrap.json"), join(folder, "bootstrap.json"));
    const other = await start({ METERR_STATE: folder, METERR_MASTER_KEY: Buffer.alloc(32, 7).toString("base64") });
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(`The master key is not the one that ${folder} was made with.\n`);
    writeFileSync(join(folder, "master-key"), "");
    expect((await start({ METERR_STATE: folder })).stderr).toBe(
      `${join(folder, "master-key")} is empty. Put it back from a backup.\n`,
    );
    writeFileSync(join(folder, "master-key"), "c2hvcnQ=\n");
    expect((await start({ METERR_STATE: folder })).stderr).toMatch(/master-key must be 32 bytes .* from a backup\.\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("stops at once on SIGTERM with exit code 0, a dashboard's socket open, and has all when started again", async () => {
  const socket = new WebSocket(`${system.url.replace("http", "ws")}/api/v1/tenants/${system.tenant}/live`, {
    headers: { authorization: `Bearer ${system.adminToken}`, origin: system.url },
  } as unknown as string[]);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  expect((await chat(system.testKey)).status).toBe(200);
  const startedAt = performance.now();
  expect(await system.stop()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(4_000);

  const { testKey, tenant, url } = system;
  await system.restart();
  expect(system).toMatchObject({ testKey, tenant, url });
  expect((await chat(testKey)).status).toBe(200);
  const usage = await fetch(`${url}/api/v1/tenants/${tenant}/usage`, {
    headers: { authorization: `Bearer ${system.adminToken}` },
  });
  const { data } = (await usage.json()) as { data: { status: string }[] };
  expect(data.length).toBeGreaterThanOrEqual(2);
  expect(data.every(({ status }) => status === "ok")).toBe(true);
});

it("starts again after SIGKILL of all its processes", async () => {
  await system.kill9();
  await system.restart();
  expect((await chat(system.testKey)).status).toBe(200);
});

it("stops the workerd of a start command that was killed", async () => {
  const orphan = system.workerdPid();
  const { owner } = JSON.parse(readFileSync(join(system.stateDir, "lock"), "utf8"));
  process.kill(owner.pid, "SIGKILL");
  await system.stop();
  await system.restart();
  expect(startTime(orphan)).toBeNull();
  expect((await chat(system.testKey)).status).toBe(200);
});

it("lets no credential reach a private address unless that is allowed, by name neither", async () => {
  const seen: string[] = [];
  const upstream = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.end("{}");
  }).listen(0, "127.0.0.1");
  const strict = await startSystem({ env: { METERR_ALLOW_PRIVATE_UPSTREAMS: "0" } });
  try {
    const { port } = upstream.address() as AddressInfo;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433"]) {
      const response = await fetch(`${strict.url}/api/v1/tenants/${strict.tenant}/credentials/openai`, {
        method: "PUT",
        headers: { authorization: `Bearer ${strict.adminToken}`, "content-type": "application/json" },
        body: JSON.stringify({ api_key: "sk-x", origin: `https://${host}:${port}` }),
      });
      expect(response.status).toBe(400);
    }
    expect(seen).toEqual([]);
  } finally {
    await strict.stop();
    upstream.close();
  }
});
