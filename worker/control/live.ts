/** What happens in a tenant as it happens: a WebSocket that its ledger holds. */
import { isSameOrigin } from "../auth/origin.ts";
import { validUntil } from "../auth/principal.ts";
import { gatewayError } from "../core/errors.ts";
import { VIEWER_HEADER, VIEWER_UNTIL_HEADER } from "../core/ledger-api.ts";
import { fail } from "../core/outcome.ts";
import { type App, forTenant, invalid, mount } from "./call.ts";

/** Mounts `/live`. */
export function mountLive(app: App): void {
  mount(app, "/tenants/:tenant/live", {
    GET: {
      summary: "A WebSocket that tells what happens as it happens.",
      notes: "Messages are JSON: `{type, data}` with the type `usage`, `budget`, `alert` or `provider`.",
      answers: ["websocket"],
      does: forTenant("read", async ({ env, request, tenant, principal, actor }) => {
        if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
          return invalid("This path takes a WebSocket.");
        // A browser opens sockets to any origin with the cookie along, and only names where it comes from.
        const fromBrowser = principal.kind === "user" || request.headers.has("origin");
        if (fromBrowser && !isSameOrigin(request)) {
          return fail(gatewayError("not_allowed", "A socket may only be opened from a page of this origin."));
        }
        const headers = new Headers(request.headers);
        headers.set(VIEWER_HEADER, actor.id);
        const until = validUntil(principal);
        headers.delete(VIEWER_UNTIL_HEADER);
        if (until !== null) headers.set(VIEWER_UNTIL_HEADER, String(until));
        return env.LEDGER.getByName(tenant).fetch(new Request(request, { headers }));
      }),
    },
  });
}
