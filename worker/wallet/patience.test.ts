/** How long a request waits for money that other requests hold. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { migrate } from "../db/migrate.ts";
import { LONGEST_WAIT_MS, PATIENCE_MS } from "./limits.ts";
import { budgetOf, newTenant, request, type Tenant } from "./support.ts";

beforeAll(() => migrate(env.DB));

/** What a request of 900 gets beside others of 250 each that take `worksMs`, and after how long. */
async function beside(tenant: Tenant, worksMs: readonly number[]) {
  const others = worksMs.map((workMs) => request(tenant, 250, 1, workMs));
  await scheduler.wait(100);
  const startedAt = Date.now();
  const got = await request(tenant, 900, 1);
  const tookMs = Date.now() - startedAt;
  await Promise.all(others);
  await tenant.settled();
  return { got, tookMs };
}

test("a request waits on while others settle", async () => {
  const { got, tookMs } = await beside(await newTenant([budgetOf(1_000)]), [1_300, 2_600, 3_900, 3_900]);
  expect(got).toBe("ok");
  expect(tookMs).toBeGreaterThan(PATIENCE_MS);
});

test("it gives up where nothing settles", async () => {
  const { got, tookMs } = await beside(await newTenant([budgetOf(1_000)]), [4_500]);
  expect(got).toMatchObject({ outcome: "refused" });
  expect(tookMs).toBeLessThan(PATIENCE_MS + 1_500);
});

test("however much settles, it waits no longer than it should", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const steady = Array.from({ length: 6 }, (_, n) => request(tenant, 10, 1, 1_300 * (n + 1)));
  const { got, tookMs } = await beside(tenant, [10_000]);
  expect(got).toMatchObject({ outcome: "refused" });
  expect(tookMs).toBeGreaterThan(LONGEST_WAIT_MS - 500);
  expect(tookMs).toBeLessThan(LONGEST_WAIT_MS + 1_500);
  await Promise.all(steady);
});
