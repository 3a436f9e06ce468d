/** A new master key, step by step while the instance serves: append it, make it the current one, encrypt anew, drop the old. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const newSecret = () => randomBytes(32).toString("base64");
const [ONE, TWO] = [newSecret(), newSecret()];
const env = { METERR_MASTER_KEY: `1:${ONE}` };

let system: System;
let upstream: Upstream;
let tenant: Tenant;

beforeAll(async () => {
  system = await startSystem({ env });
  upstream = await startUpstream(chats({ model: "gpt-4o-mini", text: "Hi", input: 8, output: 2 }));
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin, "sk-the-providers-own-0001");
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

async function restartWith(masterKey: string): Promise<void> {
  env.METERR_MASTER_KEY = masterKey;
  await system.stop();
  await system.restart();
}

const chat = async (key: Key): Promise<number> => {
  const response = await ask(system, DIALECTS.chat, { key: key.key });
  await response.text();
  return response.status;
};

interface Resealed {
  resealed: number;
  unreadable: number;
  next_cursor: string | null;
}
const reseal = async () => (await api<Resealed>(system, "POST", "/operator/reseal", {})).json;

test("keys and credentials work at every step, and the old key goes once nothing needs it", async () => {
  const old = await tenant.key();
  expect(await chat(old)).toBe(200);

  await restartWith(`1:${ONE},2:${TWO}`);
  expect(await chat(old)).toBe(200);

  await restartWith(`2:${TWO},1:${ONE}`);
  expect(await chat(old)).toBe(200);
  const made = await tenant.key();
  expect([old.key[9], made.key[9]]).toEqual(["1", "2"]);
  expect(await reseal()).toEqual({ resealed: 1, unreadable: 0, next_cursor: null });
  // Done again, it has nothing to do.
  expect(await reseal()).toEqual({ resealed: 0, unreadable: 0, next_cursor: null });
  const renewed = await tenant.api<Key>("POST", `/keys/${old.id}/rotate`, {});

  await restartWith(`2:${TWO}`);
  expect(await chat(old)).toBe(401);
  expect(await chat(renewed)).toBe(200);
  expect(await chat(made)).toBe(200);
  expect(upstream.received.at(-1)?.headers.authorization).toBe("Bearer sk-the-providers-own-0001");
});
