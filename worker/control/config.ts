/** A tenant's configuration as one document: read it, keep it with your code, apply it. Secrets are no part of it. */
import * as z from "zod";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type Answer, type App, forTenant, mount, type TenantCall } from "./call.ts";
import { type Difference, type Entry, joined, type Plan, type Section } from "./config-section.ts";
import { appliedConfig } from "./config-shapes.ts";
import { changedSince, etagOf, isMatch } from "./etag.ts";
import { readBody, readQuery } from "./input.ts";

/** Of this form of the document. */
const VERSION = 1;
/** In one transaction, which holds up everything else of the tenant. */
const MAX_ENTRIES = 5_000;

const query = z.strictObject({ dry_run: z.enum(["0", "1", "true", "false"]).default("0") });
/** Mounts `/config`, of all sections that are mounted on `app` by then. */
export function mountConfig(app: App): void {
  const { sections } = app;
  const entries = z.array(z.record(z.string(), z.unknown())).max(MAX_ENTRIES);
  const document = z.strictObject({
    version: z.literal(VERSION).default(VERSION),
    ...Object.fromEntries(sections.map(({ name }) => [name, entries.optional()])),
  });
  mount(app, "/tenants/:tenant/config", {
    GET: {
      summary: "Shows the tenant's configuration as one document, without secrets.",
      answers: z.strictObject({
        version: z.literal(VERSION),
        ...Object.fromEntries(sections.map(({ name }) => [name, entries])),
      }),
      tagged: true,
      does: forTenant("read", async (call) => {
        const value = await read(sections, call);
        return { ...ok(value), etag: await etagOf(value) };
      }),
    },
    PUT: {
      summary: "Makes the tenant's configuration as the document says, all of it or nothing.",
      notes:
        "With `dry_run=1` it only says what would change. Entries are the bodies of the sections' own POST and PATCH, and are found by `id`, else by `name`; a field that is left out stays as it is. A section that is left out stays as it is; of one that is there, what is not in it is removed. What carries a secret (keys, sinks, alert channels with a URL) is changed, but neither made nor removed.",
      query,
      body: document,
      example: {
        version: VERSION,
        budgets: [
          { name: "Everything", scope: { type: "tenant" }, period: "month", limit_usd: "500", enforcement: "hard" },
        ],
      },
      answers: appliedConfig,
      tagged: true,
      errors: ["conflict"],
      does: forTenant("read", (call) => put(sections, document, call)),
    },
  });
}

async function read(sections: readonly Section[], call: TenantCall): Promise<Record<string, unknown>> {
  const read = await Promise.all(sections.map(async (section) => [section.name, await section.read(call)]));
  return { version: VERSION, ...Object.fromEntries(read) };
}

async function put(sections: readonly Section[], document: z.ZodType, call: TenantCall): Promise<Answer> {
  const asked = readQuery(call, query);
  if (!asked.ok) return asked;
  const body = await readBody(call, document);
  if (!body.ok) return body;
  const ifMatch = call.request.headers.get("if-match");
  if (ifMatch !== null && !(await isMatch(ifMatch, await read(sections, call)))) return changedSince("configuration");
  const planned = await plan(sections, body.value.input as Record<string, Entry[] | undefined>, call);
  if (!planned.ok) return planned;
  const { differences, changes, kept } = planned.value;
  const dryRun = asked.value.dry_run === "1" || asked.value.dry_run === "true";
  if (!dryRun && changes.length > 0) {
    const result = await ledgerOf(call.env, call.tenant).apply(changes, call.actor);
    if (result.outcome === "stale") return changedSince(`${result.kind} ${result.id}`);
  }
  const value = { dry_run: dryRun, changes: differences, kept };
  return { ...ok(value), etag: await etagOf(await read(sections, call)) };
}

/** What all of `document` changes, if the caller may change it. */
async function plan(
  sections: readonly Section[],
  document: Record<string, Entry[] | undefined>,
  call: TenantCall,
): Promise<Outcome<Plan>> {
  const plans: Plan[] = [];
  for (const section of sections) {
    const entries = document[section.name];
    if (entries === undefined) continue;
    const planned = await section.plan(call, entries);
    if (!planned.ok) return planned;
    if (planned.value.changes.length > 0 && !call.actions.includes(section.action)) {
      return fail(gatewayError("not_allowed", refusal(call.role, planned.value.differences[0])));
    }
    plans.push(planned.value);
  }
  return ok(joined(plans));
}

const refusal = (role: string, first: Difference | undefined): string =>
  `The role ${role} may not do this: ${first?.action} ${first?.name} in ${first?.section}.`;
