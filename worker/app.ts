/** Mounts the routes. What is no path of ours is a provider's: the gateway has the last word. */
import { Hono } from "hono";
import { serveAsset } from "./assets.ts";
import { control } from "./control/index.ts";
import type { Env } from "./env.ts";
import { gateway } from "./gateway/index.ts";

export const app = new Hono<{ Bindings: Env }>();

app.route("/", control);
for (const path of ["/", "/app", "/app/*", "/assets/*", "/favicon.svg"]) {
  app.get(path, (c) => serveAsset(c.req.raw, c.env));
}
app.all("*", (c) => gateway(c.req.raw, c.env, c.executionCtx));
