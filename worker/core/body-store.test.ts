import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { archiveOf } from "./archive.ts";
import { readBodies, removeExpiredBodies, writeBodies } from "./body-store.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 9);
const bodies = { request: { type: "text/plain", bytes: 2, cut: false, text: "hi" }, response: null };

it("what was written for a tenant is read by it alone, and is no text in the archive", async () => {
  const archive = archiveOf({ ARCHIVE: env.ARCHIVE });
  if (!archive) throw new Error("no archive");
  const place = { tenant: "acme", id: "req_1", until: NOW + DAY };
  await writeBodies(archive, env.METERR_MASTER_KEY, place, bodies);
  expect(await readBodies(archive, env.METERR_MASTER_KEY, place)).toEqual(bodies);
  const [key = ""] = await archive.list("bodies/");
  const stored = new TextDecoder().decode((await archive.get(key)) ?? new Uint8Array());
  expect(stored).not.toContain("hi");
  // Another tenant that got hold of the object cannot open it.
  await archive.put(key.replace("acme", "other"), stored);
  expect(await readBodies(archive, env.METERR_MASTER_KEY, { ...place, tenant: "other" })).toBeNull();
});

it("removes what ended before today, and nothing else", async () => {
  const archive = archiveOf({ ARCHIVE: env.ARCHIVE });
  if (!archive) throw new Error("no archive");
  const at = (id: string, until: number) => ({ tenant: "gone", id, until });
  const places = [at("old", NOW - 9 * DAY), at("yesterday", NOW - DAY), at("today", NOW), at("later", NOW + DAY)];
  for (const place of places) await writeBodies(archive, env.METERR_MASTER_KEY, place, bodies);
  expect(await removeExpiredBodies(archive, NOW)).toBe(2);
  const left = await Promise.all(places.map((place) => readBodies(archive, env.METERR_MASTER_KEY, place)));
  expect(left).toEqual([null, null, bodies, bodies]);
});
