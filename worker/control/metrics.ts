/**
 * `/metrics`: what all ledgers have counted, in Prometheus' text format, for the operator. No series has a tenant as a
 * label: there may be a million of them. Ledgers tell their counters within two seconds.
 */
import { equalSecrets } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { readCounters } from "../db/counters.ts";
import type { Env } from "../env.ts";
import { errorResponse, faultResponse } from "./call.ts";

interface Metric {
  name: string;
  type: "counter" | "gauge";
  help: string;
}

const METRICS: readonly Metric[] = [
  { name: "meterr_requests_total", type: "counter", help: "Settled requests, by how they ended." },
  { name: "meterr_unpriced_requests_total", type: "counter", help: "Settled requests whose cost is not known." },
  { name: "meterr_cost_nanousd_total", type: "counter", help: "Settled cost in nanodollars." },
  { name: "meterr_reversed_nanousd_total", type: "counter", help: "Cost booked as lost and taken back since." },
  { name: "meterr_saved_nanousd_total", type: "counter", help: "What answers from the cache would have cost." },
  { name: "meterr_tokens_total", type: "counter", help: "Tokens by kind; input and output include their parts." },
  { name: "meterr_ledgers", type: "gauge", help: "Tenants whose ledger has ever been called." },
  { name: "meterr_ledger_calls_total", type: "counter", help: "Calls of ledgers from the path of requests." },
  { name: "meterr_held_nanousd", type: "gauge", help: "Budget leased out to the edge." },
  { name: "meterr_outbox_pending", type: "gauge", help: "Settled requests that are not in the database yet." },
  { name: "meterr_sink_pending", type: "gauge", help: "Settled requests that a type of sink has yet to get." },
  { name: "meterr_sink_delivered_total", type: "counter", help: "Settled requests that a type of sink got." },
  { name: "meterr_sink_failures_total", type: "counter", help: "Attempts that a type of sink did not take." },
  { name: "meterr_sink_dropped_total", type: "counter", help: "Settled requests that a type of sink will never get." },
];

/** Answers `/metrics` for the operator's token; 401 for anybody else. */
export async function metrics(request: Request, env: Env): Promise<Response> {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (!env.METERR_ADMIN_TOKEN || !(await equalSecrets(token, env.METERR_ADMIN_TOKEN))) {
    return errorResponse(gatewayError("unauthenticated", "Send the operator's token: Authorization: Bearer …."));
  }
  try {
    const text = exposition(await readCounters(env.DB));
    return new Response(text, {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
    });
  } catch (error) {
    // D1 reports what went wrong by throwing.
    return faultResponse(error);
  }
}

/** The text of `/metrics`. A metric that nobody has counted yet is 0. */
function exposition(counters: readonly { series: string; value: string }[]): string {
  const lines: string[] = [];
  for (const { name, type, help } of METRICS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    const own = counters.filter(({ series }) => series === name || series.startsWith(`${name}{`));
    for (const { series, value } of own) lines.push(`${series} ${value}`);
    if (own.length === 0) lines.push(`${name} 0`);
  }
  return `${lines.join("\n")}\n`;
}
