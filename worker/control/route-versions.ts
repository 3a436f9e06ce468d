/** A route's earlier versions: who made which, and going back to one. */
import * as z from "zod";
import { ok } from "../core/outcome.ts";
import type { RouteRecord } from "../core/route.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type Answer, type App, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { once } from "./idempotency.ts";
import { readBody } from "./input.ts";
import { routeVersions, shownRoute } from "./route-shapes.ts";

const restored = z.strictObject({ version: z.int().positive() });

interface Kind {
  show(record: RouteRecord): Record<string, unknown>;
  /** What a record may be without, as what it is without. */
  without: Partial<RouteRecord>;
}

/** Mounts `/routes/{name}/versions` and `/restore`. */
export function mountRouteVersions(app: App, { show, without }: Kind): void {
  mount(app, "/tenants/:tenant/routes/:id/versions", {
    GET: {
      summary: "Lists a route's versions, newest first: the present one, and up to a hundred before it.",
      answers: routeVersions,
      does: forTenant("read", async (call) => {
        const versions = await versionsOf(call);
        if (!versions) return notFound("route");
        const data = versions.map(({ record, actor }) => ({ ...show(record), changed_by: actor }));
        return ok({ data, next_cursor: null });
      }),
    },
  });
  mount(app, "/tenants/:tenant/routes/:id/restore", {
    POST: {
      summary: "Makes a route as an earlier version was. That is a new version.",
      body: restored,
      example: { version: 1 },
      answers: shownRoute,
      does: forTenant("routes", (call) => restore(call, { show, without })),
    },
  });
}

/** All that are known, newest first; null where there is no such route. */
async function versionsOf(call: TenantCall) {
  const ledger = ledgerOf(call.env, call.tenant);
  const id = call.params.id ?? "";
  const [record, versions] = await Promise.all([ledger.get("route", id), ledger.routeVersions(id)]);
  if (!record) return null;
  // A route that was not changed since versions are kept has none yet.
  return versions.length > 0 ? versions : [{ record, actor: null }];
}

async function restore(call: TenantCall, { show, without }: Kind): Promise<Answer> {
  const body = await readBody(call, restored);
  if (!body.ok) return body;
  const versions = await versionsOf(call);
  if (!versions) return notFound("route");
  const { version } = body.value.input;
  const earlier = versions.find(({ record }) => record.version === version);
  if (!earlier) return notFound("version of this route");
  const { id, createdAt: _, version: __, ...fields } = earlier.record;
  const changes = { ...without, ...fields, changedAt: call.now };
  return once(call, body.value, async () => {
    const record = await ledgerOf(call.env, call.tenant).update("route", id, changes, call.actor);
    return record ? ok(show(record)) : notFound("route");
  });
}
