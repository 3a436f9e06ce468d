/** @own-process It wants an isolate that has not looked for prices yet, and the prices that it takes into use are there to stay. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { findProvider } from "@pydantic/genai-prices";
import { expect, it } from "vitest";
import { CATALOGUE_PACKAGE_VERSION, catalogueVersion, priceVersion } from "../pricing/catalogue.ts";
import { gateway } from "./index.ts";

it("takes fresher prices into use behind a request, whosever it is", async () => {
  const text = JSON.stringify(["openai", "anthropic", "google"].map((providerId) => findProvider({ providerId })));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const label = `2026-11-24.${hex.slice(0, 12)}`;
  await env.CACHE.put("prices:current", text);
  await env.CACHE.put("prices:version", JSON.stringify({ label, over: CATALOGUE_PACKAGE_VERSION }));

  expect(priceVersion()).toBe(catalogueVersion);
  const ctx = createExecutionContext();
  const request = new Request("http://meterr.example/openai/v1/chat/completions", { method: "POST", body: "{}" });
  expect((await gateway(request, { ...env }, ctx)).status).toBe(401);
  await waitOnExecutionContext(ctx);
  expect(priceVersion()).toContain(label);
});
