import { expect, test } from "vitest";
import type { KeyRecord } from "../core/policy.ts";
import { labelsFor, readLabels } from "./labels.ts";

const key = (more: Partial<KeyRecord>) => ({ user: null, tags: {}, require: [], ...more }) as unknown as KeyRecord;

test("tags are read, spaces around them are not part of them", () => {
  const read = readLabels(new Headers({ "x-meterr-tags": "feature=search, env = prod ,,note=a=b" }));
  expect(read.ok && { ...read.value.tags }).toEqual({ feature: "search", env: "prod", note: "a=b" });
});

test.each(["nonsense", "=x", `${"n".repeat(65)}=x`, `a=${"v".repeat(257)}`])("the tags %s are refused", (tags) => {
  const read = readLabels(new Headers({ "x-meterr-tags": tags }));
  expect(read.ok ? null : read.error.code).toBe("invalid_request");
});

test("a tag called __proto__ is a tag like any other", () => {
  const read = readLabels(new Headers({ "x-meterr-tags": "__proto__=x" }));
  expect(read.ok && Object.keys(read.value.tags)).toEqual(["__proto__"]);
});

test("what a key fixes, no header overrides", () => {
  const sent = { user: "mallory", session: null, tags: { env: "dev", a: "1" } };
  const labels = labelsFor(key({ user: "alice", tags: { env: "prod" } }), sent);
  expect(labels).toEqual({ ok: true, value: { user: "alice", session: null, tags: { env: "prod", a: "1" } } });
});

test("what a key requires must be there", () => {
  const none = { user: null, session: null, tags: {} };
  expect(labelsFor(key({ require: ["user"] }), none).ok).toBe(false);
  expect(labelsFor(key({ require: ["feature"] }), none).ok).toBe(false);
  expect(labelsFor(key({ require: ["feature"] }), { ...none, tags: { feature: "x" } }).ok).toBe(true);
});
