/** Reading the counters that ledgers told D1. */

/** All series with their values over all tenants, as text: a sum of nanodollars may be past what a number holds. */
export async function readCounters(db: D1Database): Promise<{ series: string; value: string }[]> {
  const { results } = await db
    .prepare("SELECT series, CAST(value AS TEXT) AS value FROM counter_totals ORDER BY series")
    .all<{ series: string; value: string }>();
  return results;
}
