/** What is encrypted under an older version of the master key, encrypted anew under the current one. */
import { asc, gt } from "drizzle-orm";
import * as z from "zod";
import type { Change } from "../core/ledger-api.ts";
import { currentMasterKey } from "../core/master.ts";
import { ok } from "../core/outcome.ts";
import { open, seal } from "../core/sealed.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { organization } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { type Answer, type App, type Call, forOperator, mount } from "./call.ts";
import { readBody } from "./input.ts";

/** One call stays short; whoever calls goes on from `next_cursor`. */
const TENANTS_A_CALL = 25;
const PAGE = 100;
/** Kinds of records that have a sealed text. */
const SEALED_KINDS = ["credential", "alert", "sink"] as const;

const body = z.strictObject({ cursor: z.string().max(64).nullable().default(null) });

export function mountReseal(app: App): void {
  mount(app, "/operator/reseal", {
    POST: {
      summary: "Encrypts anew what an older version of the master key encrypted: after it, that version may go.",
      notes:
        "Some tenants a call: go on with `next_cursor` until it is null. `unreadable` counts what no version opens. API keys are not encrypted: those of an older version are valid as long as it is there, so rotate them first.",
      body,
      example: { cursor: null },
      answers: z.strictObject({ resealed: z.int(), unreadable: z.int(), next_cursor: z.string().nullable() }),
      does: forOperator(reseal),
    },
  });
}

async function reseal(call: Call): Promise<Answer> {
  const read = await readBody(call, body);
  if (!read.ok) return read;
  const tenants = await accountsOf(call.env)
    .select({ id: organization.id })
    .from(organization)
    .where(gt(organization.id, read.value.input.cursor ?? ""))
    .orderBy(asc(organization.id))
    .limit(TENANTS_A_CALL);
  let [resealed, unreadable] = [0, 0];
  for (const { id } of tenants) {
    const done = await resealTenant(call, id);
    resealed += done.resealed;
    unreadable += done.unreadable;
  }
  const next_cursor = tenants.length < TENANTS_A_CALL ? null : (tenants.at(-1)?.id ?? null);
  return ok({ resealed, unreadable, next_cursor });
}

async function resealTenant({ env, actor }: Call, tenant: string): Promise<{ resealed: number; unreadable: number }> {
  const ledger = ledgerOf(env, tenant);
  const done = { resealed: 0, unreadable: 0 };
  for (const kind of SEALED_KINDS) {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof ledger.list<typeof kind>>> = await ledger.list(kind, {
        limit: PAGE,
        cursor,
      });
      for (const record of page.items) {
        const sealed = await renewed(env, tenant, record.sealed);
        if (sealed === "current") continue;
        if (sealed === "unreadable") {
          done.unreadable++;
          continue;
        }
        // Only if it is what was read: somebody may be changing it.
        const change = { action: "update", kind, expected: record, fields: { sealed: sealed.text } } as Change;
        if ((await ledger.apply([change], actor)).outcome === "applied") done.resealed++;
      }
      cursor = page.cursor;
    } while (cursor !== null);
  }
  return done;
}

/** `sealed` under the current version; what has none, or is under it already, is current. */
async function renewed(
  env: Env,
  tenant: string,
  sealed: string | null,
): Promise<"current" | "unreadable" | { text: string }> {
  const master = env.METERR_MASTER_KEY;
  if (sealed === null || sealed.startsWith(`${currentMasterKey(master).version}.`)) return "current";
  const text = await open(master, tenant, sealed);
  return text === null ? "unreadable" : { text: await seal(master, tenant, text) };
}
