/** Routes as they were: each change of one leaves a version that can be looked at and restored. */
import type { RouteRecord, RouteVersion } from "../worker/core/route.ts";

/** Of each route. */
const KEPT = 100;

/** Keeps what a change made of a route; a route that is gone takes its versions along. */
export function keepVersion(
  sql: SqlStorage,
  { before, after, actor }: { before: RouteRecord | null; after: RouteRecord | null; actor: string },
): void {
  if (!after) {
    if (before) sql.exec("DELETE FROM route_versions WHERE route = ?", before.id);
    return;
  }
  // One from before versions were kept.
  if (before) insert(sql, before, null);
  insert(sql, after, actor);
  sql.exec("DELETE FROM route_versions WHERE route = ? AND version <= ?", after.id, after.version - KEPT);
}

/** All that are kept, newest first. */
export const listVersions = (sql: SqlStorage, route: string): RouteVersion[] =>
  sql
    .exec<{ actor: string | null; json: string }>(
      "SELECT actor, json FROM route_versions WHERE route = ? ORDER BY version DESC",
      route,
    )
    .toArray()
    .map(({ actor, json }) => ({ actor, record: JSON.parse(json) as RouteRecord }));

function insert(sql: SqlStorage, record: RouteRecord, actor: string | null): void {
  sql.exec(
    "INSERT OR IGNORE INTO route_versions VALUES (?, ?, ?, ?)",
    ...[record.id, record.version, actor, JSON.stringify(record)],
  );
}
