/** Addresses in answers to which the rest of an upload is sent: below a unified entry they lead back here. */
import type { HeaderMap } from "../../core/header-map.ts";

/** Google tells where a resumable upload goes on in these. */
const ADDRESSES = ["x-goog-upload-url", "x-goog-upload-control-url"] as const;

/** Rewrites them in `headers`; `asked` is the URL that the client asked. What is no upload's address stays. */
export function leadUploadsBack(headers: HeaderMap, asked: string): void {
  for (const name of ADDRESSES) {
    const value = headers.get(name);
    const address = value !== null && URL.canParse(value) ? new URL(value) : null;
    // A credential's origin may have a path of its own before the provider's.
    const at = address?.pathname.indexOf("/upload/") ?? -1;
    if (address && at >= 0) {
      headers.set(name, `${new URL(asked).origin}${address.pathname.slice(at)}${address.search}`);
    }
  }
}
