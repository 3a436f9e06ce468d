/** The system as one binary: built, started on empty directories with two secrets, and started again on its state. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildStandalone } from "../scripts/build-standalone.ts";
import { bootstrap, drained, waitTillHealthy } from "../scripts/lib/bootstrap.ts";
import { DISKS } from "../scripts/lib/state.ts";
import { portOf } from "../scripts/lib/workerd.ts";
import { diskService } from "../scripts/lib/workerd-config.ts";

const ADMIN_TOKEN = `mta_${randomBytes(16).toString("hex")}`;
const MASTER_KEY = randomBytes(32).toString("base64");

let binary: string;
let folder: string;
let running: { child: ChildProcess; url: string };

beforeAll(async () => {
  binary = await buildStandalone({ allowPrivateUpstreams: false }, () => {});
  folder = mkdtempSync(join(tmpdir(), "meterr-standalone-"));
  for (const disk of DISKS) mkdirSync(join(folder, disk));
  running = await start();
}, 120_000);

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** From an empty directory: nothing of the repository is beside it. */
async function start(): Promise<{ child: ChildProcess; url: string }> {
  const places = DISKS.map((disk) => `--directory-path=${diskService(disk)}=${join(folder, disk)}`);
  const child = spawn(binary, ["--experimental", "--control-fd=3", "--socket-addr=http=127.0.0.1:0", ...places], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { METERR_ADMIN_TOKEN: ADMIN_TOKEN, METERR_MASTER_KEY: MASTER_KEY },
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${await portOf(child)}`;
  await waitTillHealthy(url, 20);
  return { child, url };
}

async function stop(): Promise<void> {
  const { child, url } = running;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  expect(await drained(url, ADMIN_TOKEN)).toBe(true);
  child.kill("SIGTERM");
  await ended;
}

const chat = (key: string) =>
  fetch(`${running.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5-mini", messages: [{ role: "user", content: "Hello" }] }),
  });

test("it serves, and a start on its state goes on", async () => {
  const { testKey, tenant } = await bootstrap(running.url, ADMIN_TOKEN, true);
  expect((await chat(testKey ?? "")).status).toBe(200);
  await stop();
  running = await start();
  const again = await bootstrap(running.url, ADMIN_TOKEN, false);
  expect(again.tenant).toEqual(tenant);
  expect((await chat(testKey ?? "")).status).toBe(200);
  await expect
    .poll(
      async () => {
        const response = await fetch(`${running.url}/api/v1/tenants/${tenant.id}/usage`, {
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        });
        return ((await response.json()) as { data: unknown[] }).data.length;
      },
      { timeout: 4_000 },
    )
    .toBe(2);
});

test("the landing page and the dashboard are inside, with types, digests and our own headers", async () => {
  const page = await fetch(`${running.url}/app/anything`);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.headers.get("content-security-policy")).toContain("default-src");
  const html = await page.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? "";
  const asset = await fetch(running.url + script);
  expect(asset.headers.get("content-type")).toContain("javascript");
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect(await asset.text()).toBe(readFileSync(join(import.meta.dirname, "../dist/web", script), "utf8"));
  const etag = asset.headers.get("etag") ?? "";
  expect((await fetch(running.url + script, { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await fetch(`${running.url}/assets/nothing.js`)).status).toBe(404);
  expect((await fetch(`${running.url}/`)).status).toBe(200);
});

test("a private address is not called", async () => {
  const { tenant } = await bootstrap(running.url, ADMIN_TOKEN, false);
  const response = await fetch(`${running.url}/api/v1/tenants/${tenant.id}/credentials/openai`, {
    method: "PUT",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ api_key: "sk-x", origin: "http://127.0.0.1:9" }),
  });
  expect(response.status).toBe(400);
});
