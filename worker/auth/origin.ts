/** Where a request comes from, as a browser says. */

/** Whether a browser says that a page of this very origin sent the request. What says nothing is no browser. */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) return origin === new URL(request.url).origin;
  return request.headers.get("sec-fetch-site") === "same-origin";
}

/** Whether a request of this kind changes nothing. */
export const isSafe = ({ method }: Request): boolean => method === "GET" || method === "HEAD";
