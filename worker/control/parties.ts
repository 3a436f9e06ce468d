/** Teams and users of a tenant: names for scopes of keys and budgets. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import type { App } from "./call.ts";
import { iso, label, name } from "./input.ts";
import { given, mountResource } from "./resource.ts";

/** Mounts `/teams` and `/users`. */
export function mountParties(app: App): void {
  for (const kind of ["team", "user"] as const) {
    mountResource(app, {
      kind,
      path: `${kind}s`,
      noun: kind,
      action: "parties",
      create: z.strictObject({ id: label.optional(), name }),
      patch: z.strictObject({ name: name.optional() }),
      make: async (input, { now }) =>
        ok({ record: { id: input.id ?? newId(kind, now), name: input.name, createdAt: now } }),
      change: async (input) => ok(given(input)),
      show: async (records) =>
        records.map((record) => ({ id: record.id, name: record.name, created_at: iso(record.createdAt) })),
    });
  }
}
