/** A tenant's ledger as the admin API sees it: its records. The path of a request goes through the wallet instead. */
import type { LedgerAlerts } from "../core/alert.ts";
import type { LedgerRecords } from "../core/ledger-api.ts";

/**
 * The records of `tenant`. Ask only for a tenant that is known to exist: a ledger comes into being by being asked.
 * The stub has exactly these methods; the cast is here because the RPC types lose their type parameters.
 */
export const ledgerOf = (env: Bound, tenant: string): LedgerRecords => env.LEDGER.getByName(tenant) as LedgerRecords;

/** Likewise, with its alerts. */
export const alertsOf = (env: Bound, tenant: string): LedgerRecords & LedgerAlerts =>
  env.LEDGER.getByName(tenant) as LedgerRecords & LedgerAlerts;

interface Bound {
  LEDGER: { getByName(name: string): unknown };
}
