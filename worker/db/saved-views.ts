/** Views of a list that somebody saved for themselves. */

export interface SavedView {
  id: string;
  page: string;
  name: string;
  filters: Record<string, string>;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

interface Owned {
  tenant: string;
  /** `user:<id>`, `token:<id>` or `operator`. */
  owner: string;
}

/** More than anybody finds a view in. */
export const MAX_VIEWS = 100;

interface Row extends Omit<SavedView, "filters"> {
  filters: string;
}

const COLUMNS = "id, page, name, filters, created_at AS createdAt";
const viewOf = (row: Row): SavedView => ({ ...row, filters: JSON.parse(row.filters) as Record<string, string> });

/** All views of `owner`, newest first. */
export async function listViews(db: D1Database, { tenant, owner }: Owned): Promise<SavedView[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM saved_views WHERE tenant = ? AND owner = ? ORDER BY id DESC`)
    .bind(tenant, owner)
    .all<Row>();
  return results.map(viewOf);
}

export async function findView(db: D1Database, { tenant, owner }: Owned, id: string): Promise<SavedView | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM saved_views WHERE tenant = ? AND owner = ? AND id = ?`)
    .bind(tenant, owner, id)
    .first<Row>();
  return row && viewOf(row);
}

/** Stores a view, new or changed. False where there are too many already. */
export async function saveView(db: D1Database, { tenant, owner }: Owned, view: SavedView): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO saved_views (tenant, owner, id, page, name, filters, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE (SELECT count(*) FROM saved_views WHERE tenant = ?1 AND owner = ?2 AND id <> ?3) < ${MAX_VIEWS}
       ON CONFLICT DO UPDATE SET page = excluded.page, name = excluded.name, filters = excluded.filters`,
    )
    .bind(tenant, owner, view.id, view.page, view.name, JSON.stringify(view.filters), view.createdAt)
    .run();
  return meta.changes > 0;
}

/** True where there was one. */
export async function removeView(db: D1Database, { tenant, owner }: Owned, id: string): Promise<boolean> {
  const { meta } = await db
    .prepare("DELETE FROM saved_views WHERE tenant = ? AND owner = ? AND id = ?")
    .bind(tenant, owner, id)
    .run();
  return meta.changes > 0;
}
