/** What the ledger does now and then: it books what vanished wallets held, and forgets what has ended. */
import { pruneBackground } from "./background.ts";
import { expireWallets } from "./expiry.ts";
import { forgetImports } from "./imports.ts";
import { IDEMPOTENT_MS, IMPORT_MS, REVOKED_MS } from "./limits.ts";
import { dropIdlePots, potsInUse } from "./pots.ts";
import { forgetAnswers } from "./records.ts";
import type { LedgerState } from "./rows.ts";
import { forgetRevoked, prunePots } from "./store.ts";

/** One sweep, inside a step. Imports' ids stay while D1 is out of reach: records may wait longer than ids are kept. */
export function sweep(
  state: LedgerState,
  sql: SqlStorage,
  { now, forgetsImports }: { now: number; forgetsImports: boolean },
): void {
  expireWallets(state, now);
  dropIdlePots(state);
  prunePots(sql, new Set([...potsInUse(state)].map(({ id }) => id)), now);
  for (const [key, at] of state.revoked) if (at < now - REVOKED_MS) state.revoked.delete(key);
  forgetRevoked(sql, now - REVOKED_MS);
  forgetAnswers(sql, now - IDEMPOTENT_MS);
  if (forgetsImports) forgetImports(sql, now - IMPORT_MS);
  pruneBackground(sql, now);
}
