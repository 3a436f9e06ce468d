import { expect, test } from "vitest";
import { cachePlan } from "./plan.ts";

const HOUR = { cache: { ttlSeconds: 3_600 }, onDisconnect: "abort" as const };
const NONE = { cache: null, onDisconnect: "abort" as const };
const plan = (headers: Record<string, string>, key: Parameters<typeof cachePlan>[1] = NONE) =>
  cachePlan(new Headers(headers), key);

test("a request's own time wins over its key's, up to thirty days, however large it is written", () => {
  expect(plan({ "x-meterr-cache-ttl": "60" }, HOUR)?.ttlSeconds).toBe(60);
  for (const asked of ["2592001", "9999999999", "9".repeat(400)]) {
    expect(plan({ "x-meterr-cache-ttl": asked }), asked).toMatchObject({ write: "each", ttlSeconds: 2_592_000 });
  }
});

test("what is no number of seconds says nothing, and nought switches it off", () => {
  for (const asked of ["", "an hour", "-1", "1.5", "1e3"]) {
    expect(plan({ "x-meterr-cache-ttl": asked }), asked).toBeNull();
    expect(plan({ "x-meterr-cache-ttl": asked }, HOUR)?.ttlSeconds, asked).toBe(3_600);
  }
  for (const asked of ["0", "000"]) expect(plan({ "x-meterr-cache-ttl": asked }, HOUR), asked).toBeNull();
});
