/** meterr with all on, as the benchmark drives it. */
import { type System, startSystem } from "../tests/support/system.ts";
import type { Target } from "./measure.ts";
import { seriesTotal } from "./stats.ts";

export interface BenchSystem {
  target: Target;
  system: System;
}

/** As in production: a live key with a hard budget, and the tenant's own credential. */
export async function startBenchSystem(upstream: string): Promise<BenchSystem> {
  const system = await startSystem();
  const { url, adminToken, tenant } = system;
  const send = async (method: string, path: string, body: object) => {
    const response = await fetch(`${url}/api/v1/tenants/${tenant}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; key: string };
  };
  await send("PUT", "/credentials/openai", { api_key: "sk-bench", origin: upstream });
  const { id, key } = await send("POST", "/keys", { name: "Bench", mode: "live" });
  await send("POST", "/budgets", {
    name: "Bench",
    scope: { type: "key", id },
    period: "month",
    limit_usd: "100000",
    enforcement: "hard",
  });
  const target: Target = {
    side: "meterr",
    origin: url,
    path: "/openai/v1/chat/completions",
    headers: { authorization: `Bearer ${key}` },
    pid: system.workerdPid(),
  };
  return { target, system };
}

/** Calls that ledgers have received from the request path so far; null where that is not told. */
export async function ledgerCalls({ url, adminToken }: System): Promise<number | null> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
  return response.ok ? seriesTotal(await response.text(), "meterr_ledger_calls_total") : null;
}
