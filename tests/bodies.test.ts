/** What keys keep of what is asked and answered, who may read it, and that nothing else changes by it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const TEXT = "write to ada@example.com or use sk-live-0123456789abcdefXYZ today";
const BODIES = { keep_days: 30, redact: { kinds: ["emails", "secrets"], fields: ["metadata"] } };

let system: System;
let upstream: Upstream;
let tenant: Tenant;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats({ model: "gpt-4o-mini", text: TEXT, input: 8, output: 20 }, { everyMs: 2 }));
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

interface Kept {
  request: { json: unknown } | null;
  response: {
    json?: { choices: { message: { content: string } }[] };
    stream?: { texts: Record<string, string> };
  } | null;
  until: string;
}

const body = (more: object = {}) => JSON.stringify({ ...chat.body, metadata: { card: "4111" }, ...more });

/** Asks and gives the request's id and the answer's bytes. */
async function asked(key: Key, more: object = {}, headers: Record<string, string> = {}) {
  const response = await ask(system, chat, { key: key.key, body: body(more), headers });
  const text = await response.text();
  return { id: response.headers.get("x-meterr-request-id") ?? "", text, status: response.status };
}

const keptOf = (id: string): Promise<Kept> =>
  until("the bodies", 4_000, async () => {
    const answer = await api<Kept>(system, "GET", `/tenants/${tenant.id}/bodies/${id}`);
    return answer.status === 200 ? answer.json : null;
  });

test("what a key keeps is there, redacted, and the bytes on the wire are what they are without it", async () => {
  const [keeps, plain] = [await tenant.key({ bodies: BODIES }), await tenant.key()];
  for (const more of [{}, { stream: true }, { stream: true, stream_options: { include_usage: true } }]) {
    const { id, text, status } = await asked(keeps, more);
    expect(status).toBe(200);
    expect(text).toBe((await asked(plain, more)).text);
    const kept = await keptOf(id);
    expect(kept.request?.json).toEqual({ ...chat.body, ...more, metadata: "[redacted]" });
    const said =
      kept.response?.json?.choices[0]?.message.content ?? kept.response?.stream?.texts["choices[0].delta.content"];
    expect(said).toBe("write to [emails] or use [secrets] today");
    const record = await tenant.record(id);
    expect(record.bodies_until).toBe(kept.until);
    expect(Date.parse(kept.until) - Date.parse(record.time)).toBe(30 * 86_400_000);
  }
});

test("nothing is kept by default, nor where a request says so, and whoever asks for it is told that there is none", async () => {
  const [keeps, plain] = [await tenant.key({ bodies: BODIES }), await tenant.key()];
  for (const { id } of [await asked(plain), await asked(keeps, {}, { "x-meterr-bodies": "off" })]) {
    expect((await tenant.record(id)).bodies_until).toBeNull();
    expect((await api(system, "GET", `/tenants/${tenant.id}/bodies/${id}`)).status).toBe(404);
  }
  const seen = upstream.received.flatMap(({ headers }) => Object.keys(headers));
  expect(seen.filter((name) => name.startsWith("x-meterr"))).toEqual([]);
});

test("a viewer may not, another tenant finds nothing, and each look is in the audit log", async () => {
  const { id } = await asked(await tenant.key({ bodies: BODIES }));
  await keptOf(id);
  const as = async (role: string, of = tenant) => {
    const { token } = await of.api<{ token: string }>("POST", "/tokens", { name: role, role });
    const response = await fetch(`${system.url}/api/v1/tenants/${tenant.id}/bodies/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return response.status;
  };
  expect(await as("viewer")).toBe(403);
  expect(await as("billing")).toBe(403);
  expect(await as("admin", await newTenant(system, "Other"))).toBe(404);
  expect(await as("admin")).toBe(200);
  const { data } = await tenant.api<{ data: { actor: string; record_id: string }[] }>("GET", "/audit?kind=body");
  const looks = data.filter(({ record_id }) => record_id === id).map(({ actor }) => actor.replace(/:.*/, ""));
  expect(looks).toEqual(["token", "operator"]);
});

test("a client that leaves still ends the upstream, and what it got is kept", async () => {
  const key = await tenant.key({ bodies: BODIES });
  upstream.reply = chats({ model: "gpt-4o-mini", text: "word ".repeat(2_000), input: 8, output: 20 }, { everyMs: 5 });
  const leaving = new AbortController();
  const response = await fetch(`${system.url}${chat.path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" },
    body: body({ stream: true }),
    signal: leaving.signal,
  });
  await response.body?.getReader().read();
  const id = response.headers.get("x-meterr-request-id");
  leaving.abort();
  const record = await tenant.record(id);
  expect(record.status).toBe("aborted");
  expect(upstream.received.at(-1)?.abortedAt).not.toBeNull();
  const kept = await keptOf(record.id);
  expect(kept.response?.stream?.texts["choices[0].delta.content"]).toMatch(/^word /);
});
