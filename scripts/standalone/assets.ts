/**
 * The source of the Worker that serves the dashboard from inside a standalone binary. It answers as workerd's own asset
 * service does with a folder: the file by its path, with its type and an ETag, 304 where the client has it, else 404.
 */
import { createHash } from "node:crypto";
import { extname } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** The module's text; `read` gives a file's bytes. Throws for a file of an unknown type. */
export function assetWorker(files: readonly string[], read: (file: string) => Uint8Array): string {
  const imports = files.map((file, n) => `import f${n} from "web/${file}";`);
  const entries = files.map((file, n) => {
    const type = TYPES[extname(file)];
    if (type === undefined) throw new Error(`What type has ${file}?`);
    const etag = `"${createHash("sha256").update(read(file)).digest("base64url").slice(0, 22)}"`;
    return `  [${JSON.stringify(`/${file}`)}, { body: f${n}, type: ${JSON.stringify(type)}, etag: ${JSON.stringify(etag)} }],`;
  });
  return `${imports.join("\n")}
const FILES = new Map([
${entries.join("\n")}
]);
const answer = (request) => {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
  const file = FILES.get(new URL(request.url).pathname);
  if (!file) return new Response(null, { status: 404 });
  const headers = { "content-type": file.type, etag: file.etag };
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\\//, ""));
  if (known.includes(file.etag)) return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : file.body, { headers });
};
export const AssetWorker = { fetch: answer };
export default { fetch: answer };
`;
}
