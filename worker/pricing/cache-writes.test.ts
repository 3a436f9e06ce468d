import { expect, it } from "vitest";
import { cacheWritesOf } from "./cache-writes.ts";

const marked = (control: unknown) => ({
  messages: [{ content: [{ type: "text", text: "hi", cache_control: control }] }],
});

it("a body asks for the dearest of its cache writes", () => {
  expect(cacheWritesOf({ messages: [{ role: "user", content: "cache_control" }] })).toBe("none");
  expect(cacheWritesOf(marked(null))).toBe("none");
  expect(cacheWritesOf(marked({ type: "ephemeral" }))).toBe("short");
  expect(cacheWritesOf(marked({ type: "ephemeral", ttl: "5m" }))).toBe("short");
  expect(cacheWritesOf({ system: [{ cache_control: { ttl: "5m" } }], ...marked({ ttl: "1h" }) })).toBe("long");
  expect(cacheWritesOf(JSON.parse('{"cache\\u005fcontrol":{"ttl":"1h"}}'))).toBe("long");
});

it("what is not known, or hidden too deep, counts as the dearest", () => {
  expect(cacheWritesOf(marked({ ttl: "1d" }))).toBe("long");
  let deep: unknown = {};
  for (let i = 0; i < 100; i++) deep = { deep };
  expect(cacheWritesOf(deep)).toBe("long");
});
