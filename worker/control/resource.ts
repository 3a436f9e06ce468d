/**
 * The set of routes that every kind of record has: POST, GET list, GET one, PATCH, DELETE. A resource says what its
 * input looks like, what record follows from it, and how a record is shown; all else is here, once.
 */
import * as z from "zod";
import type { Action } from "../auth/roles.ts";
import type { Change, Page, RecordKind, Records } from "../core/ledger-api.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { sectionOf } from "./config-section.ts";
import { changedSince, etagOf, isMatch } from "./etag.ts";
import { firstAnswer, idempotencyOf, KEY_REUSED } from "./idempotency.ts";
import { type Body, pagingBy, RECORD_CURSOR, readBody, readQuery } from "./input.ts";
import { pageOf, removed } from "./shapes.ts";

/** A record to create, and what its caller gets to see this once. */
export interface Made<R> {
  record: R;
  /** E.g. `{ key: "mtr_…" }`; stored only sealed, for a repeat with the same Idempotency-Key. */
  once?: Record<string, string>;
}

/** How a kind of record is part of a tenant's configuration as one document. */
export interface InConfig<R> {
  /** What carries a secret is neither made nor removed by a document, which has none. */
  carriesSecret(record: R): boolean;
  /** Fields that the document leaves out. */
  omitted?(record: R): readonly string[];
}

export interface Resource<
  K extends RecordKind,
  Create extends z.ZodObject,
  Patch extends z.ZodObject,
  Shown extends z.ZodObject,
> {
  kind: K;
  /** The last part of the path: `keys`. */
  path: string;
  /** For messages: `key`. */
  noun: string;
  /** What changing one takes. */
  action: Action;
  create: Create;
  patch: Patch;
  /** A record as the outside sees it. */
  shown: Shown;
  /** What a POST answers this once beside it. */
  once?: z.ZodRawShape;
  /** A body that makes one. */
  example: z.input<Create>;
  make(input: z.output<Create>, call: TenantCall): Promise<Outcome<Made<Records[K]>>>;
  change(input: z.output<Patch>, current: Records[K], call: TenantCall): Promise<Outcome<Partial<Records[K]>>>;
  /** What PUT on one does, where it takes PUT. */
  put?: { does(call: TenantCall): Promise<Answer>; body: z.ZodType; summary: string; example: unknown };
  /** The id that a path's last part stands for, where that is not the id itself. */
  idOf?(part: string): string;
  /** Whether the caller may know of a record; left out where whoever may read may know of all. */
  isVisible?(record: Records[K], call: TenantCall): boolean;
  /** The records as the outside sees them, in the same order. */
  show(records: Records[K][], call: TenantCall): Promise<Record<string, unknown>[]>;
  /** Left out where it is no part of the configuration. */
  config?: InConfig<Records[K]>;
}

const listQuery = z.strictObject(pagingBy(RECORD_CURSOR));

/** Mounts the whole set of `resource` below `/tenants/:tenant`. */
export function mountResource<
  K extends RecordKind,
  C extends z.ZodObject,
  P extends z.ZodObject,
  S extends z.ZodObject,
>(app: App, resource: Resource<K, C, P, S>): void {
  const path = `/tenants/:tenant/${resource.path}`;
  const { noun, shown, action, put } = resource;
  app.components.push({ name: nameOf(noun), schema: shown });
  if (resource.config) app.sections.push(sectionOf(resource, resource.config));
  mount(app, path, {
    GET: {
      summary: `Lists ${resource.path.replaceAll("-", " ")}, newest first.`,
      query: listQuery,
      answers: pageOf(shown),
      does: forTenant("read", (call) => list(resource, call)),
    },
    POST: {
      summary: `Makes ${withArticle(noun)}.`,
      body: resource.create,
      example: resource.example,
      answers: resource.once ? shown.extend(resource.once) : shown,
      errors: ["conflict"],
      does: forTenant(action, async (call) => {
        const body = await readBody(call, resource.create);
        if (!body.ok) return body;
        const made = await resource.make(body.value.input, call);
        return made.ok ? create(resource, call, { made: made.value, body: body.value }) : made;
      }),
    },
  });
  mount(app, `${path}/:id`, {
    GET: {
      summary: `Shows ${withArticle(noun)}.`,
      answers: shown,
      tagged: true,
      does: forTenant("read", (call) => getOne(resource, call)),
    },
    ...(put && {
      PUT: {
        summary: put.summary,
        body: put.body,
        example: put.example,
        answers: shown,
        does: forTenant(action, put.does),
      },
    }),
    PATCH: {
      summary: `Changes what is named of ${withArticle(noun)}.`,
      body: resource.patch,
      answers: shown,
      tagged: true,
      does: forTenant(action, (call) => patch(resource, call)),
    },
    DELETE: {
      summary: `Removes ${withArticle(noun)}.`,
      answers: removed,
      tagged: true,
      does: forTenant(action, (call) => remove(resource, call)),
    },
  });
}

/** `RateLimit` of `rate limit`. */
const nameOf = (noun: string): string => noun.replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());

const withArticle = (noun: string): string => `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;

type AnyResource<K extends RecordKind> = Pick<
  Resource<K, z.ZodObject, z.ZodObject, z.ZodObject>,
  "kind" | "noun" | "idOf" | "show" | "isVisible"
>;

/** Stores a made record and answers it; with an Idempotency-Key, a repeat gets the first answer again. */
async function create<K extends RecordKind>(
  resource: AnyResource<K>,
  call: TenantCall,
  { made, body }: { made: Made<Records[K]>; body: Body<unknown> },
): Promise<Answer> {
  const idempotency = await idempotencyOf(call, body, made);
  const result = await ledgerOf(call.env, call.tenant).create(resource.kind, made.record, call.actor, idempotency);
  switch (result.outcome) {
    case "created":
      return shown(resource, made, call);
    case "replayed": {
      const first = await firstAnswer<Made<Records[K]>>(call, result.sealedAnswer);
      return first.ok ? shown(resource, first.value, call) : first;
    }
    case "conflict":
      return conflict(KEY_REUSED);
    case "exists":
      return conflict(`There is a ${resource.noun} with this id already.`);
  }
}

async function shown<K extends RecordKind>(
  resource: AnyResource<K>,
  { record, once }: Made<Records[K]>,
  call: TenantCall,
): Promise<Answer> {
  const [view] = await resource.show([record], call);
  return { ...ok({ ...view, ...once }), etag: await etagOf(record) };
}

async function list<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const query = readQuery(call, listQuery);
  if (!query.ok) return query;
  const page = await visiblePage(resource, call, query.value);
  return ok({ data: await resource.show(page.items, call), next_cursor: page.cursor });
}

/** As many records as were asked for of those that the caller may know of. */
async function visiblePage<K extends RecordKind>(
  resource: AnyResource<K>,
  call: TenantCall,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<Records[K]>> {
  const ledger = ledgerOf(call.env, call.tenant);
  const visible: Page<Records[K]> = { items: [], cursor };
  do {
    const page: Page<Records[K]> = await ledger.list(resource.kind, {
      limit: limit - visible.items.length,
      cursor: visible.cursor,
    });
    visible.items.push(...page.items.filter((record) => resource.isVisible?.(record, call) ?? true));
    visible.cursor = page.cursor;
  } while (visible.cursor !== null && visible.items.length < limit);
  return visible;
}

/** The record that the path names, if there is one that the caller may know of. */
async function recordIn<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Records[K] | null> {
  const record = await ledgerOf(call.env, call.tenant).get(resource.kind, idIn(resource, call));
  return record && (resource.isVisible?.(record, call) ?? true) ? record : null;
}

async function getOne<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const record = await recordIn(resource, call);
  return record ? shown(resource, { record }, call) : notFound(resource.noun);
}

async function patch<K extends RecordKind, C extends z.ZodObject, P extends z.ZodObject, S extends z.ZodObject>(
  resource: Resource<K, C, P, S>,
  call: TenantCall,
): Promise<Answer> {
  const body = await readBody(call, resource.patch);
  if (!body.ok) return body;
  const ledger = ledgerOf(call.env, call.tenant);
  const id = idIn(resource, call);
  const current = await recordIn(resource, call);
  if (!current) return notFound(resource.noun);
  const ifMatch = call.request.headers.get("if-match");
  if (ifMatch !== null && !(await isMatch(ifMatch, current))) return changedSince(resource.noun);
  const fields = await resource.change(body.value.input, current, call);
  if (!fields.ok) return fields;
  if (ifMatch !== null) {
    const change = { action: "update", kind: resource.kind, expected: current, fields: fields.value } as Change;
    const result = await ledger.apply([change], call.actor);
    return result.outcome === "stale" ? changedSince(resource.noun) : getOne(resource, call);
  }
  const record = await ledger.update(resource.kind, id, fields.value, call.actor);
  return record ? shown(resource, { record }, call) : notFound(resource.noun);
}

async function remove<K extends RecordKind>(resource: AnyResource<K>, call: TenantCall): Promise<Answer> {
  const ledger = ledgerOf(call.env, call.tenant);
  const id = idIn(resource, call);
  const ifMatch = call.request.headers.get("if-match");
  const current = await recordIn(resource, call);
  if (!current) return notFound(resource.noun);
  if (ifMatch === null) {
    return (await ledger.remove(resource.kind, id, call.actor)) ? ok({ id, deleted: true }) : notFound(resource.noun);
  }
  if (!(await isMatch(ifMatch, current))) return changedSince(resource.noun);
  const change = { action: "delete", kind: resource.kind, expected: current } as Change;
  const result = await ledger.apply([change], call.actor);
  return result.outcome === "stale" ? changedSince(resource.noun) : ok({ id, deleted: true });
}

function idIn(resource: Pick<AnyResource<RecordKind>, "idOf">, call: TenantCall): string {
  const part = call.params.id ?? "";
  return resource.idOf?.(part) ?? part;
}

/** `fields` without those that were left out, so that a PATCH changes only what it names. */
export function given<T extends Record<string, unknown>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
