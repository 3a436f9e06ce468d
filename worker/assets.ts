/** Serves the landing page and the dashboard, which the assets binding holds as they were built. */
import { compressed } from "./core/compressed.ts";
import { SECURITY_HEADERS } from "./core/security-headers.ts";
import type { Env } from "./env.ts";

/** Names below `/assets/` hold a digest of their content, so that they never change. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Pages are asked for again each time, and answered 304 where they are the same. */
const REVALIDATE = "no-cache";

/** One year, as HTTPS alone may promise it. */
const STRICT_TRANSPORT = "max-age=31536000";

/** Answers GET and HEAD of `/`, `/app`, `/app/*`, `/assets/*` and single files beside them; 404 where there is none. */
export async function serveAsset(request: Request, env: Pick<Env, "ASSETS">): Promise<Response> {
  const url = new URL(request.url);
  const asset = await env.ASSETS.fetch(new Request(new URL(fileOf(url.pathname), url), request));
  const response = new Response(asset.body, asset);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (url.protocol === "https:") response.headers.set("strict-transport-security", STRICT_TRANSPORT);
  const found = asset.ok || asset.status === 304;
  response.headers.set("cache-control", found && url.pathname.startsWith("/assets/") ? IMMUTABLE : REVALIDATE);
  return compressed(request, response);
}

/** The built file that a path stands for. The dashboard finds its way by the path itself. */
function fileOf(path: string): string {
  if (path === "/") return "/index.html";
  if (path === "/app" || path.startsWith("/app/")) return "/app/index.html";
  return path;
}
