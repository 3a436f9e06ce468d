import { expect, it } from "vitest";
import { call, newTenant, OPERATOR, tokenOf } from "./test-kit.ts";

const path = "/api/v1/providers";

it("lists the known providers, for whoever has a tenant", async () => {
  const headers = await tokenOf(await newTenant(), "viewer");
  const { status, body } = await call("GET", path, { headers });
  expect(status).toBe(200);
  expect(body.data[0]).toEqual({ slug: "openai", origin: "https://api.openai.com", operator_credential: false });
});

it("says where the credential has to name the origin", async () => {
  const { body } = await call("GET", path, { headers: OPERATOR });
  expect(body.data.find((each: { slug: string }) => each.slug === "azure").origin).toBeNull();
});

it("says which providers the operator pays for, and nothing of the key", async () => {
  const { body } = await call("GET", path, { headers: OPERATOR, bindings: { OPENAI_API_KEY: "sk-secret" } });
  const covered = body.data.filter((each: { operator_credential: boolean }) => each.operator_credential);
  expect(covered.map((each: { slug: string }) => each.slug)).toEqual(["openai"]);
  expect(JSON.stringify(body)).not.toContain("secret");
});

it("is closed to strangers", async () => {
  expect((await call("GET", path)).status).toBe(401);
});
