/**
 * One kind of record as a section of a tenant's configuration document. What is written there is read by the schemas of
 * the kind's own POST and PATCH, decided on by its own functions, and shown by its own view: a document can do no more,
 * and no less, than the calls that it stands for.
 */
import type * as z from "zod";
import type { Action } from "../auth/roles.ts";
import type { Change, RecordKind, Records } from "../core/ledger-api.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { conflict, invalid, type TenantCall } from "./call.ts";
import { check } from "./input.ts";
import type { InConfig, Resource } from "./resource.ts";

const PAGE = 500;

/** A record as the document has it. */
export type Entry = Record<string, unknown>;

/** What a document changes of one record. */
export interface Difference {
  action: "create" | "update" | "delete";
  section: string;
  /** Null for one that is yet to be made. */
  id: string | null;
  name: string;
  /** What differs, before and after; null for one that is made or removed. */
  fields: Record<string, { from: unknown; to: unknown }> | null;
}

export interface Plan {
  differences: Difference[];
  changes: Change[];
  /** What the document does not have, and is left because it carries a secret. */
  kept: { section: string; id: string; name: string }[];
}

export interface Section {
  /** As the document names it: `rate_limits`. */
  name: string;
  /** What changing it takes. */
  action: Action;
  read(call: TenantCall): Promise<Entry[]>;
  /** What has to change so that the section is as `entries` say. */
  plan(call: TenantCall, entries: readonly Entry[]): Promise<Outcome<Plan>>;
}

/** A stored record, and how the document has it. */
interface Present<K extends RecordKind> {
  record: Records[K];
  entry: Entry;
}

/** The section of `resource`, which says by `config` how it is part of a document. */
export function sectionOf<K extends RecordKind, C extends z.ZodObject, P extends z.ZodObject, S extends z.ZodObject>(
  resource: Resource<K, C, P, S>,
  config: InConfig<Records[K]>,
): Section {
  const name = resource.path.replaceAll("-", "_");
  const fields = new Set(["id", ...Object.keys(resource.create.shape), ...Object.keys(resource.patch.shape)]);

  const entryOf = (view: Record<string, unknown>, record: Records[K]): Entry => {
    const omitted = config.omitted?.(record) ?? [];
    return Object.fromEntries(Object.entries(view).filter(([field]) => fields.has(field) && !omitted.includes(field)));
  };

  const present = async (call: TenantCall): Promise<Present<K>[]> => {
    const all = (await readAll(call, resource.kind)).filter((record) => resource.isVisible?.(record, call) ?? true);
    const views = await resource.show(all, call);
    return all.map((record, index) => ({ record, entry: entryOf(views[index] ?? {}, record) }));
  };

  const create = async (call: TenantCall, entry: Entry, at: string): Promise<Outcome<Plan>> => {
    // An id of ours means nothing to a tenant that does not have it; one of the caller's own is kept.
    const { id, ...named } = entry;
    const input = check(resource.create, "id" in resource.create.shape ? entry : named, at);
    if (!input.ok) return input;
    const made = await resource.make(input.value, call);
    if (!made.ok) return made;
    if (made.value.once !== undefined || config.carriesSecret(made.value.record)) {
      return invalid(`${at}: a ${resource.noun} carries a secret. Make it first: POST …/${resource.path}`, at);
    }
    const { record } = made.value;
    const difference: Difference = { action: "create", section: name, id: null, name: nameOf(record), fields: null };
    const change = { action: "create", kind: resource.kind, record } as Change;
    return ok({ differences: [difference], changes: [change], kept: [] });
  };

  const update = async (call: TenantCall, before: Present<K>, entry: Entry, at: string): Promise<Outcome<Plan>> => {
    const { record } = before;
    const given = Object.fromEntries(
      Object.entries(entry).filter(([field, value]) => field !== "id" && !same(value, before.entry[field])),
    );
    const fixed = Object.keys(given).find(
      (field) => field in resource.create.shape && !(field in resource.patch.shape),
    );
    if (fixed !== undefined) return invalid(`${at}.${fixed}: cannot be changed`, `${at}.${fixed}`);
    const input = check(resource.patch, given, at);
    if (!input.ok) return input;
    const wanted = Object.keys(given).length === 0 ? ok({}) : await resource.change(input.value, record, call);
    if (!wanted.ok) return wanted;
    const after = { ...record, ...wanted.value };
    const [view = {}] = await resource.show([after], call);
    const differing = differences(before.entry, entryOf(view, after));
    if (Object.keys(differing).length === 0) return ok(NOTHING);
    const { id } = record;
    const change = { action: "update", kind: resource.kind, expected: record, fields: wanted.value } as Change;
    return ok({
      differences: [{ action: "update", section: name, id, name: nameOf(record), fields: differing }],
      changes: [change],
      kept: [],
    });
  };

  const remove = ({ record }: Present<K>): Plan => {
    const { id } = record;
    if (config.carriesSecret(record)) return { ...NOTHING, kept: [{ section: name, id, name: nameOf(record) }] };
    return {
      differences: [{ action: "delete", section: name, id, name: nameOf(record), fields: null }],
      changes: [{ action: "delete", kind: resource.kind, expected: record } as Change],
      kept: [],
    };
  };

  const plan = async (call: TenantCall, entries: readonly Entry[]): Promise<Outcome<Plan>> => {
    const wrong = unidentified(name, entries);
    if (wrong) return wrong;
    const left = new Set(await present(call));
    const plans: Plan[] = [];
    // By id first: a record that has been given another's old name must not be taken for that one.
    const found = entries.map((entry) => [...left].find(({ record }) => record.id === entry.id));
    for (const each of found) if (each) left.delete(each);
    for (const [index, entry] of entries.entries()) {
      const at = `${name}.${index}`;
      const alike = found[index] ? [] : [...left].filter(({ record }) => nameOf(record) === entry.name);
      if (alike.length > 1) {
        return conflict(`${at}: several have the name ${String(entry.name)}. Say which one by its id.`);
      }
      const before = found[index] ?? alike[0];
      if (before) left.delete(before);
      const planned = before ? await update(call, before, entry, at) : await create(call, entry, at);
      if (!planned.ok) return planned;
      plans.push(planned.value);
    }
    for (const each of left) plans.push(remove(each));
    return ok(joined(plans));
  };

  return {
    name,
    action: resource.action,
    read: async (call) => (await present(call)).map(({ entry }) => entry),
    plan,
  };
}

/** An entry that is found by nothing would be made anew each time; two that are found by the same would fight. */
function unidentified(section: string, entries: readonly Entry[]) {
  const seen = new Set<string>();
  for (const [index, { id, name }] of entries.entries()) {
    const by = id === undefined ? "name" : "id";
    const value = id ?? name;
    const at = `${section}.${index}.${by}`;
    if (typeof value !== "string") return invalid(`${at}: an entry needs an id or a name`, at);
    if (seen.has(`${by} ${value}`)) return invalid(`${at}: ${value} is there twice`, at);
    seen.add(`${by} ${value}`);
  }
  return null;
}

const NOTHING: Plan = { differences: [], changes: [], kept: [] };

/** Several plans as one, in their order. */
export const joined = (plans: readonly Plan[]): Plan => ({
  differences: plans.flatMap((plan) => plan.differences),
  changes: plans.flatMap((plan) => plan.changes),
  kept: plans.flatMap((plan) => plan.kept),
});

const nameOf = (record: { id: string; name?: string }): string => record.name ?? record.id;

/** All records of a kind, oldest first; revoked keys are no part of any configuration. */
async function readAll<K extends RecordKind>(call: TenantCall, kind: K): Promise<Records[K][]> {
  const all: Records[K][] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Records[K][]; cursor: string | null } = await ledgerOf(call.env, call.tenant).list(kind, {
      limit: PAGE,
      cursor,
    });
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return all.filter((record) => !("revokedAt" in record && record.revokedAt !== null)).reverse();
}

function differences(before: Entry, after: Entry): Record<string, { from: unknown; to: unknown }> {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...fields].filter((field) => !same(before[field], after[field]));
  return Object.fromEntries(
    differing.map((field) => [field, { from: before[field] ?? null, to: after[field] ?? null }]),
  );
}

/** Whether two values of JSON are the same, in whatever order their fields are. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  ) ?? "";
