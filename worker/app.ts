/** Who answers: what is ours goes to the router, every other path is a provider's and goes to the gateway at once. */
import { Hono } from "hono";
import { serveAsset } from "./assets.ts";
import { control } from "./control/index.ts";
import type { Env } from "./env.ts";
import { gateway } from "./gateway/index.ts";
import { noHost } from "./gateway/respond.ts";

const own = new Hono<{ Bindings: Env }>();

own.route("/", control);
for (const path of ["/", "/app", "/app/*", "/assets/*", "/favicon.svg"]) {
  own.get(path, (c) => serveAsset(c.req.raw, c.env));
}
own.all("*", (c) => gateway(c.req.raw, c.env, c.executionCtx));

/** First segments of our own paths (contract.md). The proxy's hot path does not pay for a router. */
const OWN = new Set(["", "api", "app", "assets", "favicon.svg", "healthz", "metrics"]);

export function answer(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
  // The runtime takes any Host header, also two of them, and makes an address of it that may be none.
  if (!URL.canParse(request.url)) return noHost();
  return OWN.has(firstSegment(request.url)) ? own.fetch(request, env, ctx) : gateway(request, env, ctx);
}

/** `openai` of `https://host/openai/v1?x`. */
function firstSegment(url: string): string {
  const from = url.indexOf("/", url.indexOf("//") + 2) + 1;
  if (from === 0) return "";
  let to = from;
  while (to < url.length && !"/?#".includes(url.charAt(to))) to++;
  return url.slice(from, to);
}
