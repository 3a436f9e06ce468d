import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { store } from "../gateway/landing.ts";
import { readAnswer, type StoredAnswer, writeAnswer } from "./store.ts";

const NOW = 1_000_000;
const answer: StoredAnswer = {
  ...{ status: 200, headers: [["content-type", "text/plain"]], modelServed: "m", tokens: NO_TOKENS, costNanos: 7 },
  ...{ storedAt: NOW, expiresAt: NOW + 60_000, body: new TextEncoder().encode("a\nb\n") },
};
const asked = (more: { now?: number; maxAgeSeconds?: number } = {}) => ({ now: NOW, maxAgeSeconds: 3_600, ...more });

test("an answer comes back as it was, until it expires, or is older than is asked for", async () => {
  await writeAnswer(env.CACHE, "v1:store", answer, 60);
  expect(await readAnswer(env.CACHE, "v1:store", asked())).toEqual(answer);
  expect(await readAnswer(env.CACHE, "v1:store", asked({ now: NOW + 60_000 }))).toBeNull();
  expect(await readAnswer(env.CACHE, "v1:store", asked({ now: NOW + 5_000, maxAgeSeconds: 5 }))).toBeNull();
  expect(await readAnswer(env.CACHE, "v1:store", asked({ now: NOW + 4_999, maxAgeSeconds: 5 }))).toEqual(answer);
});

test.each<[string, () => Promise<never>]>([
  ["fails", () => Promise.reject(new Error("out of reach"))],
  ["says nothing", () => new Promise(() => {})],
])("a store that %s is a miss, and keeps nobody waiting", { timeout: 4_000 }, async (_, fails) => {
  const kv = { get: fails, put: fails } as unknown as KVNamespace;
  expect(await readAnswer(kv, "v1:store", asked())).toBeNull();
  const place = { kv, key: "v1:store", base: "", plan: { read: true, write: "each" as const, ttlSeconds: 60 } };
  const beside: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void beside.push(work);
  store({ cache: { outcome: "miss", hit: null, store: { ...place, waitUntil } } }, answer, false);
  expect(beside).toHaveLength(1);
});

test("what is no answer of ours is a miss", async () => {
  for (const text of ["", "{", "null\n", "[]\n", "{}\nbody"]) {
    await env.CACHE.put("v1:else", text);
    expect(await readAnswer(env.CACHE, "v1:else", asked()), text).toBeNull();
  }
});
