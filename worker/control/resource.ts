/**
 * The set of routes that every kind of record has: POST, GET list, GET one, PATCH, DELETE. A resource says what its
 * input looks like, what record follows from it, and how a record is shown; all else is here, once.
 */
import * as z from "zod";
import type { Action } from "../auth/roles.ts";
import type { RecordKind, Records } from "../core/ledger-api.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { firstAnswer, idempotencyOf, KEY_REUSED } from "./idempotency.ts";
import { type Body, paging, readBody, readQuery } from "./input.ts";

/** A record to create, and what its caller gets to see this once. */
interface Made<R> {
  record: R;
  /** E.g. `{ key: "mtr_…" }`; stored only sealed, for a repeat with the same Idempotency-Key. */
  once?: Record<string, string>;
}

export interface Resource<K extends RecordKind, Create extends z.ZodType, Patch extends z.ZodType> {
  kind: K;
  /** The last part of the path: `keys`. */
  path: string;
  /** For messages: `key`. */
  noun: string;
  /** What changing one takes. */
  action: Action;
  create: Create;
  patch: Patch;
  make(input: z.output<Create>, call: TenantCall): Promise<Outcome<Made<Records[K]>>>;
  change(input: z.output<Patch>, current: Records[K], call: TenantCall): Promise<Outcome<Partial<Records[K]>>>;
  /** What PUT on one does, where it takes PUT. */
  put?(call: TenantCall): Promise<Answer>;
  /** The id that a path's last part stands for, where that is not the id itself. */
  idOf?(part: string): string;
  /** The records as the outside sees them, in the same order. */
  show(records: Records[K][], call: TenantCall): Promise<Record<string, unknown>[]>;
}

/** Mounts the whole set of `resource` below `/tenants/:tenant`. */
export function mountResource<K extends RecordKind, C extends z.ZodType, P extends z.ZodType>(
  app: App,
  resource: Resource<K, C, P>,
): void {
  const path = `/tenants/:tenant/${resource.path}`;
  mount(app, path, {
    GET: forTenant("read", (call) => list(resource, call)),
    POST: forTenant(resource.action, async (call) => {
      const body = await readBody(call, resource.create);
      if (!body.ok) return body;
      const made = await resource.make(body.value.input, call);
      return made.ok ? create(resource, call, { made: made.value, body: body.value }) : made;
    }),
  });
  const { put } = resource;
  mount(app, `${path}/:id`, {
    GET: forTenant("read", (call) => getOne(resource, call)),
    ...(put && { PUT: forTenant(resource.action, put) }),
    PATCH: forTenant(resource.action, (call) => patch(resource, call)),
    DELETE: forTenant(resource.action, (call) => remove(resource, call)),
  });
}

type AnyResource<K extends RecordKind> = Pick<Resource<K, z.ZodType, z.ZodType>, "kind" | "noun" | "idOf" | "show">;

/** Stores a made record and answers it; with an Idempotency-Key, a repeat gets the first answer again. */
async function create<K extends RecordKind>(
  resource: AnyResource<K>,
  call: TenantCall,
  { made, body }: { made: Made<Records[K]>; body: Body<unknown> },
): Promise<Outcome<unknown>> {
  const idempotency = await idempotencyOf(call, body, made);
  const result = await ledgerOf(call.env, call.tenant).create(resource.kind, made.record, call.actor, idempotency);
  switch (result.outcome) {
    case "created":
      return ok(await shown(resource, made, call));
    case "replayed": {
      const first = await firstAnswer<Made<Records[K]>>(call, result.sealedAnswer);
      return first.ok ? ok(await shown(resource, first.value, call)) : first;
    }
    case "conflict":
      return conflict(KEY_REUSED);
    case "exists":
      return conflict(`There is a ${resource.noun} with this id already.`);
  }
}

async function shown<K extends RecordKind>(
  resource: AnyResource<K>,
  made: Made<Records[K]>,
  call: TenantCall,
): Promise<Record<string, unknown>> {
  const [record] = await resource.show([made.record], call);
  return { ...record, ...made.once };
}

async function list<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const query = readQuery(call, z.strictObject(paging));
  if (!query.ok) return query;
  const page = await ledgerOf(call.env, call.tenant).list(resource.kind, query.value);
  return ok({ data: await resource.show(page.items, call), next_cursor: page.cursor });
}

async function getOne<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const record = await ledgerOf(call.env, call.tenant).get(resource.kind, idIn(resource, call));
  return record ? ok((await resource.show([record], call))[0]) : notFound(resource.noun);
}

async function patch<K extends RecordKind, C extends z.ZodType, P extends z.ZodType>(
  resource: Resource<K, C, P>,
  call: TenantCall,
): Promise<Answer> {
  const body = await readBody(call, resource.patch);
  if (!body.ok) return body;
  const ledger = ledgerOf(call.env, call.tenant);
  const id = idIn(resource, call);
  const current = await ledger.get(resource.kind, id);
  if (!current) return notFound(resource.noun);
  const fields = await resource.change(body.value.input, current, call);
  if (!fields.ok) return fields;
  const record = await ledger.update(resource.kind, id, fields.value, call.actor);
  return record ? ok((await resource.show([record], call))[0]) : notFound(resource.noun);
}

async function remove<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const id = idIn(resource, call);
  const removed = await ledgerOf(call.env, call.tenant).remove(resource.kind, id, call.actor);
  return removed ? ok({ id, deleted: true }) : notFound(resource.noun);
}

function idIn(resource: Pick<AnyResource<RecordKind>, "idOf">, call: TenantCall): string {
  const part = call.params.id ?? "";
  return resource.idOf?.(part) ?? part;
}

/** `fields` without those that were left out, so that a PATCH changes only what it names. */
export function given<T extends Record<string, unknown>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
