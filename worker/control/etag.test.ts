import { beforeAll, describe, expect, it } from "vitest";
import { newTenant, operator } from "./test-kit.ts";

let tenant = "";
let url = "";
beforeAll(async () => {
  tenant = await newTenant();
  url = `/api/v1/tenants/${tenant}`;
});

const body = { name: "all", scope: { type: "tenant" }, period: "month", limit_usd: "5", enforcement: "hard" };

async function newBudget(): Promise<{ at: string; etag: string }> {
  const made = await operator("POST", `${url}/budgets`, body);
  return { at: `${url}/budgets/${made.body.id}`, etag: made.headers.get("etag") ?? "" };
}

describe("a record's ETag", () => {
  it("is the same in every answer until the record changes", async () => {
    const { at, etag } = await newBudget();
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect((await operator("GET", at)).headers.get("etag")).toBe(etag);
    const changed = await operator("PATCH", at, { limit_usd: "6" });
    expect(changed.headers.get("etag")).not.toBe(etag);
    expect((await operator("GET", at)).headers.get("etag")).toBe(changed.headers.get("etag"));
  });

  it("lets an edit through once, and refuses the second with 412", async () => {
    const { at, etag } = await newBudget();
    const first = await operator("PATCH", at, { limit_usd: "7" }, { "if-match": etag });
    expect(first.status).toBe(200);
    expect(first.body.limit_usd).toBe("7.000000000");
    const second = await operator("PATCH", at, { limit_usd: "8" }, { "if-match": etag });
    expect(second.status).toBe(412);
    expect(second.body.error.code).toBe("precondition_failed");
    expect((await operator("GET", at)).body.limit_usd).toBe("7.000000000");
  });

  it("lets one of many at once through", async () => {
    const { at, etag } = await newBudget();
    const answers = await Promise.all(
      ["1", "2", "3", "4"].map((limit) => operator("PATCH", at, { limit_usd: limit }, { "if-match": etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it("guards a DELETE", async () => {
    const { at, etag } = await newBudget();
    const { headers } = await operator("PATCH", at, { name: "other" });
    expect((await operator("DELETE", at, undefined, { "if-match": etag })).status).toBe(412);
    expect((await operator("GET", at)).status).toBe(200);
    expect((await operator("DELETE", at, undefined, { "if-match": headers.get("etag") ?? "" })).status).toBe(200);
    expect((await operator("GET", at)).status).toBe(404);
    expect((await operator("DELETE", at, undefined, { "if-match": etag })).status).toBe(404);
  });

  it("counts when a proxy made it weak, among others, and * is any", async () => {
    const { at, etag } = await newBudget();
    expect((await operator("PATCH", at, { name: "b" }, { "if-match": `"x", W/${etag}` })).status).toBe(200);
    expect((await operator("PATCH", at, { name: "c" }, { "if-match": "*" })).status).toBe(200);
    expect((await operator("PATCH", at, { name: "d" }, { "if-match": '"x"' })).status).toBe(412);
  });

  it("guards a tenant likewise", async () => {
    const at = `/api/v1/tenants/${await newTenant("Guarded")}`;
    const etag = (await operator("GET", at)).headers.get("etag") ?? "";
    expect((await operator("PATCH", at, { name: "b" }, { "if-match": etag })).status).toBe(200);
    expect((await operator("PATCH", at, { name: "c" }, { "if-match": etag })).status).toBe(412);
    expect((await operator("DELETE", at, undefined, { "if-match": etag })).status).toBe(412);
    expect((await operator("GET", at)).body.name).toBe("b");
  });
});

it("notes a conditional edit in the audit log as any other", async () => {
  const { at, etag } = await newBudget();
  await operator("PATCH", at, { limit_usd: "9" }, { "if-match": etag });
  const { body: log } = await operator("GET", `${url}/audit?limit=1`);
  expect(log.data[0]).toMatchObject({ actor: "operator", action: "update", kind: "budget" });
});
