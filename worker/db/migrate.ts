/** Applies the bundled migrations, in wrangler's own book-keeping, so that either tool can go on where the other stopped. */
import { MIGRATIONS, type Migration, statements } from "./migrations.ts";

const BOOK =
  "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

/**
 * Applies what is missing, oldest first, each migration in one transaction. Safe to run twice at once: the name is
 * claimed first in the same transaction, so that the second one rolls back.
 * @returns the names that this call applied.
 */
export async function migrate(db: D1Database, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  await db.prepare(BOOK).run();
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await isApplied(db, migration.name)) continue;
    const claim = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(migration.name);
    try {
      await db.batch([claim, ...statements(migration.sql).map((statement) => db.prepare(statement))]);
      applied.push(migration.name);
    } catch (error) {
      // Another call may have been first; only then is this no failure.
      if (!(await isApplied(db, migration.name))) throw error;
    }
  }
  return applied;
}

async function isApplied(db: D1Database, name: string): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").bind(name).first()) !== null;
}
