/** Time passes while nothing runs: a minute that no test has to wait for. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SILENT_MS } from "../../durable-objects/limits.ts";

/**
 * Wallets that the ledgers in `stateDir` heard of were heard a minute earlier: those that have vanished are taken for lost at the
 * ledgers' next look. Nothing may be running on that state.
 */
export function aMinuteLater(stateDir: string): void {
  for (const file of readdirSync(join(stateDir, "do"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".sqlite")) continue;
    const db = new DatabaseSync(join(stateDir, "do", file));
    try {
      const isLedger = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'wallets'").get();
      if (isLedger) db.prepare("UPDATE wallets SET heard_at = heard_at - ?").run(SILENT_MS + 1);
    } finally {
      db.close();
    }
  }
}
