/** meterr with all on, as the benchmark drives it. */
import { type System, startSystem } from "../tests/support/system.ts";
import { type Tenant, tenantOf } from "../tests/support/tenant.ts";
import type { Target } from "./measure.ts";
import { seriesTotal } from "./stats.ts";

export interface BenchSystem {
  target: Target;
  system: System;
}

/** As in production: a live key with a hard budget, and the tenant's own credential. */
export async function startBenchSystem(upstream: string): Promise<BenchSystem> {
  const system = await startSystem();
  const tenant = tenantOf(system, system.tenant);
  await tenant.credential("openai", upstream, "sk-bench");
  const key = await newBenchKey(tenant);
  const target: Target = {
    side: "meterr",
    origin: system.url,
    path: "/openai/v1/chat/completions",
    headers: { authorization: `Bearer ${key}` },
    pid: system.workerdPid(),
  };
  return { target, system };
}

/** A live key of `tenant` with a hard budget. */
export async function newBenchKey(tenant: Tenant): Promise<string> {
  const { id, key } = await tenant.key({ name: "Bench", mode: "live" });
  await tenant.budget({ name: "Bench", scope: { type: "key", id }, period: "month", limit_usd: "100000" });
  return key;
}

/** Calls that ledgers have received from the request path so far; null where that is not told. */
export async function ledgerCalls({ url, adminToken }: System): Promise<number | null> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
  return response.ok ? seriesTotal(await response.text(), "meterr_ledger_calls_total") : null;
}
