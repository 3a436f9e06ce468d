import { expect, it } from "vitest";
import { serveAsset } from "./assets.ts";

/** What the binding was asked for, and an answer like its own. */
function assets(files: Record<string, string>) {
  const asked: string[] = [];
  const ASSETS = {
    fetch: async (request: Request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const body = files[pathname];
      if (body === undefined) return new Response(null, { status: 404 });
      if (request.headers.get("if-none-match") === '"1"') return new Response(null, { status: 304 });
      return new Response(body, { headers: { "content-type": "text/html", etag: '"1"' } });
    },
  } as unknown as Fetcher;
  return { asked, env: { ASSETS } };
}

const FILES = { "/index.html": "landing", "/app/index.html": "app", "/assets/a-1.js": "code" };

const get = (path: string, env: { ASSETS: Fetcher }, init?: RequestInit) =>
  serveAsset(new Request(`http://meterr.test${path}`, init), env);

it("serves the landing page at the root and the dashboard at every path below /app", async () => {
  const { env } = assets(FILES);
  expect(await (await get("/", env)).text()).toBe("landing");
  for (const path of ["/app", "/app/", "/app/keys/key_1?from=x", "/app/index.html"]) {
    expect(await (await get(path, env)).text()).toBe("app");
  }
});

it("lets browsers keep hashed files for good, and pages not at all", async () => {
  const { env } = assets(FILES);
  expect((await get("/assets/a-1.js", env)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await get("/app", env)).headers.get("cache-control")).toBe("no-cache");
});

it("does not let a browser keep the absence of a file", async () => {
  const response = await get("/assets/gone.js", assets(FILES).env);
  expect(response.status).toBe(404);
  expect(response.headers.get("cache-control")).toBe("no-cache");
});

it("passes conditional requests on", async () => {
  const response = await get("/app", assets(FILES).env, { headers: { "if-none-match": '"1"' } });
  expect(response.status).toBe(304);
});

it("forbids scripts and frames of other origins on every answer", async () => {
  const { env } = assets(FILES);
  for (const path of ["/", "/app", "/assets/a-1.js", "/assets/gone.js"]) {
    const { headers } = await get(path, env);
    expect(headers.get("content-security-policy")).toContain("script-src 'self';");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toBeNull();
  }
});

it("promises HTTPS for good where it is served over HTTPS", async () => {
  const response = await serveAsset(new Request("https://meterr.test/app"), assets(FILES).env);
  expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
});

it("compresses text for who takes it, and says that it depends on that", async () => {
  const { env } = assets(FILES);
  const encoded = await get("/app", env, { headers: { "accept-encoding": "br, gzip" } });
  expect(encoded.headers.get("content-encoding")).toBe("gzip");
  const plain = await get("/app", env);
  expect(plain.headers.get("content-encoding")).toBeNull();
  for (const { headers } of [encoded, plain]) expect(headers.get("vary")).toContain("accept-encoding");
});
