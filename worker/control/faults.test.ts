import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import { faultResponse } from "./call.ts";
import { metrics } from "./metrics.ts";

const said: string[] = [];
beforeAll(() => {
  vi.spyOn(console, "error").mockImplementation((line) => said.push(String(line)));
});

const failedQuery = (reason: string) =>
  new Error('Failed query: select "x" from "account" where "password" = ?\nparams: s3cret', {
    cause: new Error(reason),
  });

const answered = async (error: unknown) => {
  const response = faultResponse(error);
  const { error: body } = (await response.json()) as { error: { code: string } };
  return [response.status, body.code, response.headers.get("retry-after")];
};

test("a database out of reach is 503, a statement that it refuses a fault of ours", async () => {
  expect(await answered(failedQuery("D1_ERROR: Network connection lost."))).toEqual([503, "database_unavailable", "5"]);
  expect(await answered(failedQuery("D1_ERROR: no such column: x: SQLITE_ERROR"))).toEqual([500, "internal", null]);
  expect(await answered(Object.assign(new Error("reset"), { retryable: true }))).toEqual([
    503,
    "ledger_unavailable",
    "1",
  ]);
  expect(await answered("thrown")).toEqual([500, "internal", null]);
});

test("what is logged of it is a line of JSON, without the values of the query", () => {
  for (const line of said) expect(JSON.parse(line)).toMatchObject({ level: "error", message: "the admin API failed" });
  expect(said.join()).toContain("Network connection lost");
  expect(said.join()).not.toContain("s3cret");
});

test("so are the metrics", async () => {
  const out = { ...env, DB: { prepare: () => failing(), withSession: () => ({ prepare: () => failing() }) } };
  const request = new Request("http://meterr/metrics", {
    headers: { authorization: `Bearer ${env.METERR_ADMIN_TOKEN}` },
  });
  const response = await metrics(request, out as unknown as Parameters<typeof metrics>[1]);
  expect(response.status).toBe(503);
  await response.body?.cancel();
});

function failing(): never {
  throw new Error("D1_ERROR: Network connection lost.");
}
