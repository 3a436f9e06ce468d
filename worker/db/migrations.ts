/**
 * D1's migrations as text, oldest first, bundled so that the Worker can apply them where no tool reaches its
 * database. A new file in `migrations/` is one import and one line here; a test holds the two together.
 */
import usage from "../../migrations/0001_usage.sql";
import accounts from "../../migrations/0002_accounts.sql";
import counters from "../../migrations/0003_counters.sql";
import archive from "../../migrations/0004_archive.sql";
import savings from "../../migrations/0005_savings.sql";
import explorer from "../../migrations/0006_explorer.sql";
import members from "../../migrations/0007_members.sql";
import tags from "../../migrations/0008_tags.sql";
import auditDue from "../../migrations/0009_audit_due.sql";

export interface Migration {
  /** The file's name: `0001_usage.sql`, as wrangler records it too. */
  name: string;
  sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: "0001_usage.sql", sql: usage },
  { name: "0002_accounts.sql", sql: accounts },
  { name: "0003_counters.sql", sql: counters },
  { name: "0004_archive.sql", sql: archive },
  { name: "0005_savings.sql", sql: savings },
  { name: "0006_explorer.sql", sql: explorer },
  { name: "0007_members.sql", sql: members },
  { name: "0008_tags.sql", sql: tags },
  { name: "0009_audit_due.sql", sql: auditDue },
];

/**
 * A migration's statements, without comments, for `DB.batch()`: `DB.exec()` takes each line for a statement.
 * A statement ends with a semicolon at a line's end, which rules out triggers with a body.
 */
export function statements(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
