const TEXTUAL = /^(?:text\/|application\/(?:javascript|json)|image\/svg)/;

/** `response`, gzipped where it is text and the client takes that: the runtime does it by the header. Cloudflare's edge would do it by itself. */
export function compressed(request: Request, response: Response): Response {
  if (!TEXTUAL.test(response.headers.get("content-type") ?? "")) return response;
  response.headers.append("vary", "accept-encoding");
  if (!response.body || !/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) return response;
  response.headers.set("content-encoding", "gzip");
  return response;
}
