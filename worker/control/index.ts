/**
 * The control plane as one router: health, metrics, and what is below `/api`. All but health is loaded when it is first
 * asked for, so that an isolate that only proxies never parses schemas, queries and sign-in.
 */
import { Hono } from "hono";
import type { Env } from "../env.ts";
import { VERSION } from "./version.ts";

export const control = new Hono<{ Bindings: Env }>();
control.get("/healthz", () => Response.json({ status: "ok", version: VERSION }));
control.get("/metrics", async (c) => (await import("./metrics.ts")).metrics(c.req.raw, c.env));
for (const path of ["/api", "/api/*"]) {
  control.all(path, async (c) => (await import("./api.ts")).api.fetch(c.req.raw, c.env, c.executionCtx));
}
