/**
 * What a live event changes in the figures that are on screen. The figures move at once; soon after, they are
 * fetched again, so that what the browser added up is never what is shown for long.
 */
import type { QueryClient } from "@tanstack/react-query";
import { nanosOf } from "../lib/money.ts";
import { applyProviderStatus } from "./provider-status.ts";
import type { SummaryParams } from "./summary.ts";
import type { Budget, BudgetCounters, LiveMessage, SummaryRow, UsageRecord } from "./types.ts";
import { hasTag, LATEST } from "./usage.ts";

/** Records are in the API within two seconds of their live event. */
const REFETCH_AFTER_MS = 2_500;

/** Applies events to the cache of `tenant`. `stop` forgets the pending refetch. */
export function liveCache(
  client: QueryClient,
  tenant: string,
): { apply: (message: LiveMessage) => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refetchSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const kind of ["summary", "latest", "budgets"]) void client.invalidateQueries({ queryKey: [kind, tenant] });
    }, REFETCH_AFTER_MS);
  };
  return {
    apply(message) {
      if (message.type === "usage") applyUsage(client, tenant, message.data);
      if (message.type === "budget") applyBudget(client, tenant, message.data);
      if (message.type === "provider") applyProviderStatus(client, tenant, message.data);
      // Whatever page is open: what fired meanwhile has to be there when one comes back.
      if (message.type === "alert") void client.invalidateQueries({ queryKey: ["alert-log", tenant] });
      if (message.type === "usage" || message.type === "budget") refetchSoon();
    },
    stop: () => clearTimeout(timer),
  };
}

function applyUsage(client: QueryClient, tenant: string, record: UsageRecord): void {
  let isNew = true;
  client.setQueryData<UsageRecord[]>(["latest", tenant], (old) => {
    if (!old) return old;
    isNew = !old.some((each) => each.id === record.id);
    return isNew ? [record, ...old].slice(0, LATEST) : old;
  });
  if (!isNew) return;
  for (const query of client.getQueryCache().findAll({ queryKey: ["summary", tenant], type: "active" })) {
    const params = query.queryKey[2] as SummaryParams;
    // What a tag's sums gain is known once they are fetched again.
    if (!covers(params, record) || params.group_by.includes("tag")) continue;
    client.setQueryData<SummaryRow[]>(query.queryKey, (rows) => rows && withRecord(rows, params, record));
  }
}

function applyBudget(client: QueryClient, tenant: string, counters: BudgetCounters): void {
  client.setQueryData<Budget[]>(["budgets", tenant], (budgets) =>
    budgets?.map((budget) => (budget.id === counters.id ? { ...budget, ...counters } : budget)),
  );
}

const covers = (params: SummaryParams, record: UsageRecord): boolean =>
  (params.from === undefined || record.time >= params.from) &&
  (params.to === undefined || record.time < params.to) &&
  (["model", "provider", "key", "team", "user"] as const).every(
    (field) => params[field] === undefined || params[field] === record[field],
  ) &&
  (params.tag === undefined || hasTag(record.tags, params.tag));

/** `rows` with `record` added to the row that it belongs to, or to a new one. */
export function withRecord(rows: SummaryRow[], params: SummaryParams, record: UsageRecord): SummaryRow[] {
  const place: Partial<SummaryRow> = Object.fromEntries(
    params.group_by
      .split(",")
      .filter((dimension) => dimension !== "")
      .map((dimension) => [dimension, dimensionOf(dimension, record)]),
  );
  const at = rows.findIndex(
    (row) => !row.others && Object.entries(place).every(([name, value]) => row[name as keyof SummaryRow] === value),
  );
  const row = rows[at] ?? { ...EMPTY, ...place };
  const added: SummaryRow = {
    ...row,
    requests: row.requests + 1,
    tokens: {
      input: row.tokens.input + record.tokens.input,
      input_cached: row.tokens.input_cached + record.tokens.input_cached,
      input_cache_write: row.tokens.input_cache_write + record.tokens.input_cache_write,
      output: row.tokens.output + record.tokens.output,
      output_reasoning: row.tokens.output_reasoning + record.tokens.output_reasoning,
    },
    cost_usd: plusUsd(row.cost_usd, record.cost_usd),
    saved_usd: plusUsd(row.saved_usd, record.saved_usd),
    unpriced: row.unpriced + (record.cost_usd === null ? 1 : 0),
    errors: row.errors + (isError(record) ? 1 : 0),
    latency_ms: ((row.latency_ms ?? 0) * row.requests + record.latency_ms) / (row.requests + 1),
  };
  return at < 0 ? [...rows, added] : rows.map((each, i) => (i === at ? added : each));
}

const EMPTY: SummaryRow = {
  requests: 0,
  tokens: { input: 0, input_cached: 0, input_cache_write: 0, output: 0, output_reasoning: 0 },
  cost_usd: "0",
  saved_usd: "0",
  unpriced: 0,
  errors: 0,
  latency_ms: null,
  latency_p50_ms: null,
  latency_p95_ms: null,
};

/** What the summary counts as an error. */
const isError = (record: UsageRecord): boolean => record.status === "error" || record.status === "truncated";

function dimensionOf(dimension: string, record: UsageRecord): string | null {
  if (dimension === "day") return record.time.slice(0, 10);
  if (dimension === "hour") return `${record.time.slice(0, 13)}:00:00.000Z`;
  const value = record[dimension as keyof UsageRecord];
  return typeof value === "string" ? value : null;
}

function plusUsd(sum: string, amount: string | null): string {
  const nanos = nanosOf(sum) + (nanosOf(amount) ?? 0);
  const digits = Math.abs(nanos).toString().padStart(10, "0");
  return `${nanos < 0 ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
