/** The whole system against who means it harm; `docs/security.md` names what each of these tests is for. */
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chatAnswer, chats } from "./support/chat-answers.ts";
import { hostile, type Json } from "./support/hostile-json.ts";
import { json } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Key, newTenant, providerKey, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ROOT = join(import.meta.dirname, "..");
const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "Hello there", input: 8, output: 5 };

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let other: Tenant;
let key: Key;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
  tenant = await newTenant(system, "Acme");
  other = await newTenant(system, "Other");
  for (const one of [tenant, other]) await one.credential("openai", upstream.origin);
  key = await tenant.key();
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(() => {
  upstream.received.length = 0;
  upstream.reply = chats(ANSWER);
});

/** Sends `bytes` as they are and reads the answer's status; null where the connection just ends. */
function raw(bytes: string): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(system.url);
    const socket = connect(Number(port), hostname);
    let text = "";
    const done = () => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? "") || null, text });
    };
    socket.setTimeout(4_000, done);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", done);
    socket.on("close", done);
    socket.write(bytes, "latin1");
  });
}

const BODY = JSON.stringify(chat.body);
const request = (line: string, headers: readonly string[] = [], body = BODY): string =>
  [
    line,
    "Host: meterr.example",
    `Authorization: Bearer ${key.key}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...headers,
    "",
    body,
  ].join("\r\n");

describe("a tenant", () => {
  test("never gets another's cached answer, nor that of another's provider, credential or key that may not", async () => {
    const headers = { "x-meterr-cache-ttl": "60" };
    const theirs = await other.key();
    const first = await ask(system, chat, { key: key.key, headers });
    await first.text();
    const again = await until("a hit", 5_000, async () => {
      const answer = await ask(system, chat, { key: key.key, headers });
      await answer.text();
      return answer.headers.get("x-meterr-cache") === "hit" && answer;
    });
    expect(again.status).toBe(200);
    const foreign = await ask(system, chat, { key: theirs.key, headers });
    await foreign.text();
    expect(foreign.headers.get("x-meterr-cache")).toBe("miss");
    // Who brings a credential of their own finds the answers to that one alone, wherever it stands.
    for (const place of ["authorization", "x-api-key", "x-goog-api-key", "api-key"]) {
      const own = { ...headers, "x-meterr-key": key.key, [place]: `Bearer own-${place}` };
      const answer = await ask(system, chat, { headers: own });
      await answer.text();
      expect(answer.headers.get("x-meterr-cache"), place).toBe("miss");
    }
  });

  test("does not read another's records, by any filter", async () => {
    const answer = await ask(system, chat, { key: key.key });
    await answer.text();
    const id = answer.headers.get("x-meterr-request-id");
    await tenant.record(id);
    expect(await api(system, "GET", `/tenants/${other.id}/usage/${id}`)).toMatchObject({ status: 404 });
    expect((await other.records(`&key=${key.id}`)).length).toBe(0);
    expect((await other.records(`&tag=${encodeURIComponent("x' OR tenant='")}`)).length).toBe(0);
  });
});

describe("a request", () => {
  test("of an odd path never leaves its provider's origin, nor reaches another's or ours", async () => {
    const { host } = new URL(upstream.origin);
    const paths = [
      "/openai//evil.example/v1/x",
      "/openai/../../anthropic/v1/messages",
      "/openai/%2e%2e/%2e%2e/admin",
      "/openai/..%2f..%2fadmin",
      "/openai/v1/..;/x",
      "/openai/\\evil.example",
      "/openai/@evil.example/",
      "/openai/v1/x%0d%0aInjected:%201",
      "/openai/v1/x?a=1%0d%0aInjected:1",
      "/openai/v1/x#@evil.example",
      "/openai/v1/%00",
      "/openai/:80@evil.example/",
    ];
    for (const path of paths) {
      const { status } = await raw(request(`POST ${path} HTTP/1.1`));
      expect(status === null || status < 500, `${path}: ${status}`).toBe(true);
    }
    for (const { headers, rawHeaders, path } of upstream.received) {
      expect(headers.host).toBe(host);
      expect(path.startsWith("/")).toBe(true);
      expect(rawHeaders.join("\n")).not.toMatch(/injected/i);
    }
  });

  test("of an absolute form, of two hosts or a host of another's is still answered by us, and lands nowhere else", async () => {
    const cases = [
      request("POST http://evil.example/openai/v1/chat/completions HTTP/1.1"),
      request("POST /openai/v1/chat/completions HTTP/1.1", ["Host: evil.example"]),
      request("POST /openai/v1/chat/completions HTTP/1.1", [
        "X-Forwarded-Host: evil.example",
        "X-Original-URL: /admin",
      ]),
    ];
    for (const bytes of cases) expect((await raw(bytes)).status ?? 400).toBeLessThan(500);
    for (const host of ["a b/@c", "x:y", "a:99999", "[::::]", "", "user@"]) {
      for (const path of ["/openai/v1/models", "/healthz", "/api/v1/me", "/app"]) {
        const { status } = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        expect(status, `${path} at ${host}`).toBeLessThan(500);
      }
    }
    const { host } = new URL(upstream.origin);
    for (const { headers } of upstream.received) {
      expect(headers.host).toBe(host);
      expect(JSON.stringify(headers)).not.toContain('evil.example"');
    }
  });

  test("that is two in one is one, or none: lengths that contradict each other are refused", async () => {
    const inner = "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n";
    const cases = [
      request("POST /openai/v1/chat/completions HTTP/1.1", ["Transfer-Encoding: chunked"], `0\r\n\r\n${inner}`),
      request("POST /openai/v1/chat/completions HTTP/1.1", ["Content-Length: 5"], BODY + inner),
      request("POST /openai/v1/chat/completions HTTP/1.1", ["Transfer-Encoding: xchunked"]),
      request("POST /openai/v1/chat/completions HTTP/1.1", ["Content-Length : 3"]),
    ];
    for (const bytes of cases) {
      const { status } = await raw(bytes);
      expect(status === null || (status >= 400 && status < 500) || status === 501, `${status} for ${bytes}`).toBe(true);
    }
    expect(upstream.received).toEqual([]);
  });

  test("sends its provider neither our key, nor cookies, nor what tells about its way", async () => {
    const headers = {
      "x-meterr-tags": "a=b",
      "x-meterr-anything": "secret-1",
      cookie: "meterr.session_token=secret-2",
      "cf-connecting-ip": "192.0.2.77",
      "x-forwarded-for": "192.0.2.77",
      forwarded: "for=192.0.2.77",
      "proxy-authorization": "Basic secret-3",
      "x-api-key": key.key,
    };
    await (await ask(system, chat, { key: key.key, headers })).text();
    const [got] = upstream.received;
    const all = `${JSON.stringify(got?.rawHeaders)} ${got?.path}`;
    expect(all).toContain(providerKey("openai"));
    expect(all).not.toMatch(/mtr_|secret-|192\.0\.2\.77|x-meterr/i);
  });

  test("of a method that is free does not become another's by a header", async () => {
    upstream.reply = json(200, {});
    const headers = { authorization: `Bearer ${key.key}`, "x-http-method-override": "POST", "x-kept": "1" };
    for (const method of ["DELETE", "POST"]) {
      await (await fetch(`${system.url}/openai${chat.path}`, { method, headers, body: BODY })).text();
    }
    expect(
      upstream.received.map((one) => [one.method, one.headers["x-http-method-override"], one.headers["x-kept"]]),
    ).toEqual([
      ["DELETE", undefined, "1"],
      ["POST", "POST", "1"],
    ]);
  });

  test("that names its key twice does not send it on as a credential of its own", async () => {
    await (await ask(system, chat, { key: key.key, headers: { "x-meterr-key": key.key } })).text();
    expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${providerKey("openai")}`);
  });

  test("that is too long anywhere is refused, and no fault of ours", async () => {
    const long = (n: number) => "x".repeat(n);
    const cases: [string, Record<string, string>, string][] = [
      [`/openai/v1/${long(7_000)}`, {}, BODY],
      [`/openai/v1/chat/completions?${long(7_000)}`, {}, BODY],
      [`/${long(7_000)}`, {}, BODY],
      [chat.path, { "x-meterr-user": long(4_000) }, BODY],
      [chat.path, { "x-meterr-tags": `a=${long(4_000)}` }, BODY],
      [chat.path, { "x-meterr-tags": Array.from({ length: 500 }, (_, n) => `a${n}=b`).join(",") }, BODY],
      [chat.path, { "x-meterr-session": long(4_000) }, BODY],
      [chat.path, { "idempotency-key": long(4_000) }, BODY],
      [chat.path, {}, JSON.stringify({ ...chat.body, model: long(1_000_000) })],
      [chat.path, {}, JSON.stringify({ ...chat.body, model: "\ud800" })],
      [chat.path, {}, `{"model":"gpt-4o-mini","messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ];
    for (const [path, headers, body] of cases) {
      const at = path === chat.path ? `/openai${path}` : path;
      const response = await fetch(`${system.url}${at}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json", ...headers },
        body,
      });
      await response.text();
      expect(response.status, `${at.slice(0, 60)} ${JSON.stringify(headers).slice(0, 60)}`).toBeLessThan(500);
    }
    const keyed = await fetch(`${system.url}/openai${chat.path}`, {
      method: "POST",
      headers: { authorization: `Bearer mtr_live_${long(30_000)}` },
      body: BODY,
    });
    expect(keyed.status).toBeGreaterThanOrEqual(400);
    expect(keyed.status).toBeLessThan(500);
    for (const name of [long(201), long(1_000_000)]) {
      expect(await api(system, "POST", `/tenants/${tenant.id}/keys`, { name })).toMatchObject({ status: 400 });
    }
    expect((await ask(system, chat, { key: key.key })).status).toBe(200);
  });

  test("in a compressed body is refused, and a compressed answer that is a bomb passes in bounded memory", async () => {
    for (const [encoding, bytes] of [
      ["gzip", gzipSync(BODY)],
      ["br", brotliCompressSync(BODY)],
    ] as const) {
      const response = await ask(system, chat, {
        key: key.key,
        headers: { "content-encoding": encoding },
        body: new Uint8Array(bytes),
      });
      expect(response.status).toBe(400);
    }
    expect(upstream.received).toEqual([]);
    // 200 MB of blanks around an answer, in 200 KB.
    const bomb = gzipSync(
      Buffer.concat([Buffer.alloc(200_000_000, " "), Buffer.from(JSON.stringify(chatAnswer(ANSWER)))]),
    );
    upstream.reply = (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(bomb);
    };
    const before = memoryBytes();
    const response = await ask(system, chat, { key: key.key });
    let length = 0;
    for await (const chunk of response.body ?? []) length += chunk.byteLength;
    expect(length).toBeGreaterThan(200_000_000);
    expect(memoryBytes() - before).toBeLessThan(400_000_000);
    const record = await tenant.record(response.headers.get("x-meterr-request-id"));
    // Longer than what is kept to be counted: its bound is what counts, and the record says so.
    expect(record.usage_source).toBe("bound");
    expect((await ask(system, chat, { key: key.key })).status).not.toBe(500);
  });

  test("with fields that JavaScript's objects have changes nothing for anybody", async () => {
    const body = `{"__proto__":{"stream":true,"isAdmin":true},"constructor":{"prototype":{"polluted":1}},${BODY.slice(1)}`;
    const answer = await ask(system, chat, {
      key: key.key,
      body,
      headers: { "x-meterr-tags": "__proto__=x,constructor=y" },
    });
    expect(answer.status).toBe(200);
    await answer.text();
    const record = await tenant.record(answer.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ stream: false, status: "ok" });
    expect(Object.keys(record.tags).sort()).toEqual(["__proto__", "constructor"]);
    // The bytes are the client's.
    expect(upstream.received[0]?.body.toString()).toBe(body);
    const made = await fetch(`${system.url}/api/v1/tenants/${tenant.id}/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.adminToken}`, "content-type": "application/json" },
      body: '{"name":"k","__proto__":{"mode":"test"},"tags":{"__proto__":"x"}}',
    });
    expect(made.status).toBe(400);
    const odd = { type: "webhook", url: { length: { toString: "" } } };
    expect(await api(system, "POST", `/tenants/${tenant.id}/sinks`, odd)).toMatchObject({ status: 400 });
  });
});

/** What the process that serves takes. */
const memoryBytes = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${system.workerdPid()}/status`, "utf8"))?.[1] ?? 0) * 1024;

describe("a provider", () => {
  test("that redirects leads us nowhere: the client gets the redirect", async () => {
    const inside = await startUpstream(json(200, chatAnswer(ANSWER)));
    for (const status of [301, 302, 303, 307, 308]) {
      upstream.reply = json(status, "", { location: `${inside.origin}/latest/meta-data` });
      const response = await fetch(`${system.url}/openai${chat.path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" },
        body: BODY,
        redirect: "manual",
      });
      await response.text();
      expect(response.status).toBe(status);
    }
    expect(inside.received).toEqual([]);
    await inside.close();
  });

  test("sets no cookie and no header of ours on our origin", async () => {
    upstream.reply = json(200, chatAnswer(ANSWER), {
      "set-cookie": "meterr.session_token=evil; Path=/",
      "x-meterr-cost-usd": "0",
      "x-meterr-cache": "hit",
      "strict-transport-security": "max-age=0",
    });
    const response = await ask(system, chat, { key: key.key });
    await response.text();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get("strict-transport-security")).toBeNull();
    expect(response.headers.get("x-meterr-cache")).toBe("off");
    expect(response.headers.get("x-meterr-cost-usd")).not.toBe("0");
  });

  test("of a tenant's own that has several hosts gets each one's key at that one alone", async () => {
    const second = await startUpstream(json(200, chatAnswer(ANSWER)));
    upstream.reply = json(200, chatAnswer(ANSWER));
    const [one, two] = [`${upstream.origin}/api/v1`, `${second.origin}/other`];
    await tenant.api("PUT", "/credentials/mine", { api_key: "sk-key-of-one", base_url: one });
    await tenant.api("POST", "/credentials", {
      provider: "mine",
      name: "two",
      api_key: "sk-key-of-two",
      base_url: two,
    });
    await until("both", 10_000, async () => {
      await (await ask(system, { ...chat, provider: "mine" }, { key: key.key })).text();
      return upstream.received.length > 0 && second.received.length > 0;
    });
    const seen = (at: Upstream) => new Set(at.received.map(({ headers, path }) => `${headers.authorization} ${path}`));
    expect(seen(upstream)).toEqual(new Set(["Bearer sk-key-of-one /api/v1/chat/completions"]));
    expect(seen(second)).toEqual(new Set(["Bearer sk-key-of-two /other/chat/completions"]));
    await second.close();
  });

  test("runs no page on our origin", async () => {
    upstream.reply = (response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<script>fetch('/api/v1/me')</script>");
    };
    for (const status of [200, 404]) {
      const at = status === 200 ? `/openai/v1/page?key=${key.key}` : "/nobody/v1/page";
      const response = await fetch(`${system.url}${at}`);
      await response.text();
      expect(response.status).toBe(status);
      const type = response.headers.get("content-type");
      expect(response.headers.get("content-security-policy") ?? type).toBe(
        status === 200 ? "sandbox" : "application/json",
      );
    }
  });
});

test("the runtime itself calls no private address, nor a name that resolves to one, whatever is stored", async () => {
  const env = { METERR_ALLOW_PRIVATE_UPSTREAMS: "1" };
  const strict = await startSystem({ env });
  const inside = await startUpstream(chats(ANSWER));
  try {
    const { port } = new URL(inside.origin);
    const origins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
    const keys: string[] = [];
    for (const origin of origins) {
      const one = await newTenant(strict);
      await one.credential("openai", origin);
      await one.api("POST", "/alerts", { type: "webhook", url: `${origin}/alert` });
      await one.api("POST", "/sinks", { type: "webhook", url: `${origin}/sink` });
      keys.push((await one.key()).key);
    }
    for (const one of keys) expect((await ask(strict, chat, { key: one })).status).toBe(200);
    // Stored while it was allowed, or by a name whose address has changed since.
    env.METERR_ALLOW_PRIVATE_UPSTREAMS = "0";
    await strict.stop();
    inside.received.length = 0;
    await strict.restart();
    for (const [at, one] of keys.entries()) {
      const response = await ask(strict, chat, { key: one });
      await response.text();
      expect(response.status, origins[at]).toBe(502);
    }
    // The records of these have gone to the sinks by then, or tried to.
    await sleep(2_000);
    expect(inside.received).toEqual([]);
  } finally {
    await strict.stop();
    await inside.close();
  }
});

test("a sink or a webhook that redirects leads us nowhere, and is a failure", async () => {
  const inside = await startUpstream(json(200, {}));
  const outside = await startUpstream(json(307, "", { location: `${inside.origin}/latest/meta-data` }));
  const { id: channel } = await other.api<{ id: string }>("POST", "/alerts", {
    type: "webhook",
    url: `${outside.origin}/a`,
  });
  await other.api("POST", `/alerts/${channel}/test`);
  const { id: sink } = await other.api<{ id: string }>("POST", "/sinks", {
    type: "webhook",
    url: `${outside.origin}/s`,
  });
  const theirs = await other.key();
  await (await ask(system, chat, { key: theirs.key })).text();
  await until("both deliveries", 10_000, async () =>
    ["/a", "/s"].every((path) => outside.received.some((one) => one.path.startsWith(path))),
  );
  const failed = await until("the sink's failure", 5_000, async () => {
    const { status } = await other.api<{ status: { failures: number } }>("GET", `/sinks/${sink}`);
    return status.failures > 0;
  });
  expect(failed).toBe(true);
  expect(inside.received).toEqual([]);
  await other.api("DELETE", `/sinks/${sink}`);
  await other.api("DELETE", `/alerts/${channel}`);
  await inside.close();
  await outside.close();
});

describe("an API's body", () => {
  const bodies: [string, string, Json][] = [
    [
      "POST",
      "/keys",
      {
        name: "k",
        tags: { a: "b" },
        allow: { models: ["x"] },
        rate_limits: { requests_per_minute: 1 },
        expires_at: "2030-01-01",
      },
    ],
    [
      "POST",
      "/budgets",
      {
        name: "b",
        scope: { type: "tag", id: "a=b" },
        period: "day",
        limit_usd: "1",
        enforcement: "hard",
        alert_at: [50],
      },
    ],
    ["PUT", "/credentials/openai-fuzz", { api_key: "sk-1", base_url: "https://api.example.com/v1", dialect: "chat" }],
    ["POST", "/sinks", { type: "webhook", url: "https://h.example.com", headers: { a: "b" }, enabled: false }],
    ["POST", "/alerts", { type: "webhook", url: "https://h.example.com", events: ["budget.threshold"] }],
    [
      "POST",
      "/usage",
      {
        events: [
          {
            id: "x",
            time: "2026-01-01T00:00:00Z",
            provider: "openai",
            model: "m",
            cost_usd: "0.1",
            tokens: { input: 1 },
          },
        ],
      },
    ],
    [
      "PUT",
      "/config",
      {
        budgets: [{ name: "b", scope: { type: "tenant" }, period: "day", limit_usd: "1", enforcement: "hard" }],
        keys: [],
      },
    ],
    ["POST", "/tokens", { name: "t", role: "viewer", expires_at: "2030-01-01" }],
  ];
  test.each(bodies)("with anything anywhere is taken or refused, never a fault: %s %s", async (method, path, body) => {
    const fuzzed = await newTenant(system, "Fuzz");
    await fc.assert(
      fc.asyncProperty(hostile(body, ["id", "name", "timezone", "on_unbounded"]), async (text) => {
        const response = await fetch(`${system.url}/api/v1/tenants/${fuzzed.id}${path}`, {
          method,
          headers: { authorization: `Bearer ${system.adminToken}`, "content-type": "application/json" },
          body: text,
        });
        const answer = await response.text();
        expect(response.status, answer).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });
});

describe("secrets", () => {
  test("stand in no error, record, list, export, audit or log", async () => {
    const secret = "sk-very-secret-0123456789abcdef";
    const header = "very-secret-header-value";
    await tenant.api("POST", "/credentials", {
      provider: "openai",
      name: "spare",
      api_key: secret,
      origin: upstream.origin,
    });
    await tenant.api("POST", "/sinks", {
      type: "webhook",
      url: "https://h.example.com/in",
      headers: { "x-token": header },
      enabled: false,
    });
    await tenant.api("POST", "/alerts", { type: "slack", url: "https://hooks.example.com/services/very-secret-path" });
    const { token } = await tenant.api<{ token: string }>("POST", "/tokens", { name: "t", role: "viewer" });
    const minted = await tenant.key();
    upstream.reply = json(401, { error: { message: "Incorrect API key" } });
    const failed = await ask(system, chat, { key: minted.key });
    const seen = [await failed.text(), JSON.stringify([...failed.headers])];
    await tenant.record(failed.headers.get("x-meterr-request-id"));
    const auth = { authorization: `Bearer ${system.adminToken}` };
    for (const path of [
      "/keys",
      "/credentials",
      "/sinks",
      "/alerts",
      "/tokens",
      "/audit",
      "/usage",
      "/budgets",
      "/usage/export?format=csv",
      "/usage/export?format=ndjson",
    ]) {
      const response = await fetch(`${system.url}/api/v1/tenants/${tenant.id}${path}`, { headers: auth });
      expect(response.status, path).toBe(200);
      seen.push(await response.text());
    }
    seen.push(await (await fetch(`${system.url}/metrics`, { headers: auth })).text());
    const hidden = [secret, header, "very-secret-path", token, minted.key, providerKey("openai"), system.adminToken];
    for (const text of seen) for (const one of hidden) expect(text).not.toContain(one);
    // The banner shows what a person needs to begin with, once; nothing else of the output does.
    for (const one of [secret, header, "very-secret-path", token, minted.key, key.key, providerKey("openai")]) {
      expect(system.output()).not.toContain(one);
    }
    expect(system.output()).not.toContain(readFileSync(join(system.stateDir, "master-key"), "utf8").trim());
  });

  test("stand in no file that a browser loads", () => {
    const files = readdirSync(join(ROOT, "dist/web"), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const { parentPath, name } of files) {
      if (!/\.(?:js|css|html|svg|json|map)$/.test(name)) continue;
      const text = readFileSync(join(parentPath, name), "utf8");
      expect(text, name).not.toMatch(
        /mtr_(?:live|test)_\w{40}|mtm_\w{40}|sk-[A-Za-z0-9]{20}|METERR_(?:MASTER_KEY|ADMIN_TOKEN)=|BEGIN PRIVATE KEY/,
      );
      expect(text, name).not.toMatch(/node_modules\/|sourceMappingURL|jsxDEV/);
      expect(text.includes(ROOT), `${name} names a path of this machine`).toBe(false);
    }
  });
});
