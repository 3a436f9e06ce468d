/** `/views`: filters that somebody saved under a name. Each sees their own alone; they change nothing for others. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import { findView, listViews, MAX_VIEWS, removeView, type SavedView, saveView } from "../db/saved-views.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { changedSince, etagOf, isMatch } from "./etag.ts";
import { once } from "./idempotency.ts";
import { iso, name, readBody } from "./input.ts";
import { savedView, viewPage } from "./saved-view-shapes.ts";
import { pageOf, removed } from "./shapes.ts";

const filters = z
  .record(z.string().regex(/^\w{1,32}$/), z.string().max(500))
  .refine((all) => Object.keys(all).length <= 32, "at most 32 filters");
const create = z.strictObject({ page: viewPage, name, filters });
const patch = create.partial();

/** Mounts `/views`. */
export function mountSavedViews(app: App): void {
  app.components.push({ name: "SavedView", schema: savedView });
  mount(app, "/tenants/:tenant/views", {
    GET: {
      summary: "Lists the caller's own saved views, newest first.",
      answers: pageOf(savedView),
      does: forTenant("read", async (call) =>
        ok({ data: (await listViews(call.env.DB, ownedBy(call))).map(show), next_cursor: null }),
      ),
    },
    POST: {
      summary: "Saves a view: a page's filters under a name, for the caller alone.",
      body: create,
      example: { page: "requests", name: "failures in production", filters: { status: "error", tag: "env=prod" } },
      errors: ["conflict"],
      answers: savedView,
      does: forTenant("read", async (call) => {
        const body = await readBody(call, create);
        if (!body.ok) return body;
        return once(call, body.value, () =>
          store(call, { id: newId("view", call.now), createdAt: call.now, ...body.value.input }),
        );
      }),
    },
  });
  mount(app, "/tenants/:tenant/views/:id", {
    GET: {
      summary: "Shows a saved view.",
      answers: savedView,
      tagged: true,
      does: forTenant("read", async (call) => {
        const view = await viewIn(call);
        return view ? { ...ok(show(view)), etag: await etagOf(view) } : notFound("view");
      }),
    },
    PATCH: {
      summary: "Changes what is named of a saved view.",
      body: patch,
      example: { name: "failures" },
      answers: savedView,
      errors: ["conflict"],
      tagged: true,
      does: forTenant("read", async (call) => {
        const body = await readBody(call, patch);
        if (!body.ok) return body;
        const view = await viewIn(call);
        if (view && !(await isUnchanged(call, view))) return changedSince("view");
        return view ? store(call, { ...view, ...body.value.input }) : notFound("view");
      }),
    },
    DELETE: {
      summary: "Removes a saved view.",
      answers: removed,
      tagged: true,
      does: forTenant("read", async (call) => {
        const id = call.params.id ?? "";
        const view = await viewIn(call);
        if (view && !(await isUnchanged(call, view))) return changedSince("view");
        return (await removeView(call.env.DB, ownedBy(call), id)) ? ok({ id, deleted: true }) : notFound("view");
      }),
    },
  });
}

const ownedBy = ({ tenant, actor }: TenantCall) => ({ tenant, owner: actor.id });

/** Whether a view is as the caller saw it, where they say what they saw. */
async function isUnchanged({ request }: TenantCall, view: SavedView): Promise<boolean> {
  const ifMatch = request.headers.get("if-match");
  return ifMatch === null || isMatch(ifMatch, view);
}

const viewIn = (call: TenantCall): Promise<SavedView | null> =>
  findView(call.env.DB, ownedBy(call), call.params.id ?? "");

async function store(call: TenantCall, view: SavedView): Promise<Exclude<Answer, Response>> {
  const isStored = await saveView(call.env.DB, ownedBy(call), view);
  return isStored ? ok(show(view)) : conflict(`There are ${MAX_VIEWS} views already. Remove one first.`);
}

const show = ({ createdAt, ...view }: SavedView) => ({ ...view, created_at: iso(createdAt) });
