/** Which limits a request falls under. */
import type { Limit, Scope, ScopeType } from "./policy.ts";

/** The facts of a request that scopes are matched against; what the key fixes has already won over headers. */
export interface ScopeFacts {
  /** The key's id. */
  key: string;
  team: string | null;
  user: string | null;
  provider: string;
  model: string;
  tags: Record<string, string>;
  session: string | null;
}

/** A limit that covers a request, and whose counter it is there. */
export interface Covering {
  limit: Limit;
  /** Of a limit that counts for each user, session or the like apart: which one this is. Null for all others. */
  subject: string | null;
}

/** Limits by what their scope names, so that a request finds its own among ten thousand by looking up its facts. */
export type LimitIndex = Map<ScopeType, Map<string, Covering[]>>;

/** Stands for a scope without an id: no id, and no header, can contain it. */
const EACH = "\0";
/** Ends the id of a tag's scope that counts each value apart. */
const EACH_VALUE = "=*";

/** The name of the counter: the limit's id, and whose it is. */
export const counterOf = ({ limit, subject }: Covering): string =>
  subject === null ? limit.id : `${limit.id}#${subject}`;

/** Whether a scope has a counter for each of what it covers. */
export const countsEach = (scope: Scope): boolean =>
  scope.type === "tag" ? (scope.id ?? "").endsWith(EACH_VALUE) : scope.type !== "tenant" && scope.id === null;

export function addToIndex(index: LimitIndex, limit: Limit): void {
  let ofType = index.get(limit.scope.type);
  if (!ofType) {
    ofType = new Map();
    index.set(limit.scope.type, ofType);
  }
  const id = limit.scope.id ?? EACH;
  const covering: Covering = { limit, subject: null };
  const there = ofType.get(id);
  if (there) there.push(covering);
  else ofType.set(id, [covering]);
}

export function indexOf(limits: Iterable<Limit>): LimitIndex {
  const index: LimitIndex = new Map();
  for (const limit of limits) addToIndex(index, limit);
  return index;
}

/**
 * The limits that cover a request with these facts: those of `index`, and the key's own. Their order depends on the
 * facts and on the order in the index alone.
 */
export function coveringOf(index: LimitIndex, facts: ScopeFacts, ofKey: readonly Limit[] = []): Covering[] {
  const found: Covering[] = [];
  const { key, team, user, session, tags } = facts;
  take(found, index.get("tenant"), EACH);
  if (team !== null) takeBoth(found, index.get("team"), team);
  if (user !== null) takeBoth(found, index.get("user"), user);
  takeBoth(found, index.get("key"), key);
  const ofModels = index.get("model");
  if (ofModels) {
    const full = `${facts.provider}/${facts.model}`;
    take(found, ofModels, facts.model);
    take(found, ofModels, full);
    takeEach(found, ofModels.get(EACH), full);
  }
  const ofTags = index.get("tag");
  if (ofTags) {
    for (const name of Object.keys(tags).sort()) {
      const value = tags[name] ?? "";
      take(found, ofTags, name);
      // The value `*` is no template.
      if (value !== "*") take(found, ofTags, `${name}=${value}`);
      takeEach(found, ofTags.get(`${name}${EACH_VALUE}`), value);
    }
  }
  if (session !== null) takeBoth(found, index.get("session"), session);
  for (const limit of ofKey) found.push({ limit, subject: null });
  return found;
}

/** The ids by which scopes of `type` can name a request with these facts. */
export function scopeIdsOf(type: ScopeType, facts: ScopeFacts): string[] {
  switch (type) {
    case "tenant":
      return [];
    case "model":
      return [facts.model, `${facts.provider}/${facts.model}`];
    case "tag":
      return Object.entries(facts.tags).flatMap(([name, value]) => [name, `${name}=${value}`]);
    default: {
      const id = facts[type];
      return id === null ? [] : [id];
    }
  }
}

/** The limits of one scope in `index`. */
export const limitsAt = (index: LimitIndex, type: ScopeType, id: string): Limit[] =>
  (index.get(type)?.get(id) ?? []).map(({ limit }) => limit);

/** Those of one id, and those that count each id apart. */
function takeBoth(found: Covering[], ofType: Map<string, Covering[]> | undefined, id: string): void {
  if (!ofType) return;
  take(found, ofType, id);
  takeEach(found, ofType.get(EACH), id);
}

function take(found: Covering[], ofType: Map<string, Covering[]> | undefined, id: string): void {
  const ofId = ofType?.get(id);
  if (ofId) for (const covering of ofId) found.push(covering);
}

function takeEach(found: Covering[], templates: Covering[] | undefined, subject: string): void {
  if (templates) for (const { limit } of templates) found.push({ limit, subject });
}
