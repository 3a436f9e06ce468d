/** A tenant of a running system, through the admin API: what a user sets up before the first request, and sees after. */
import type { UsageRecord } from "../../worker/core/record.ts";
import { until } from "./until.ts";

/** Where the admin API is, and who asks. */
export interface Instance {
  url: string;
  adminToken: string;
}

export interface Key {
  id: string;
  key: string;
}

export interface Budget {
  id: string;
  limit_usd: string;
  spent_usd: string;
  held_usd: string;
  remaining_usd: string;
}

export interface Tenant {
  id: string;
  /** Calls `/api/v1/tenants/{id}` + `path` as the operator; rejects where the answer is no success. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  key(settings?: object): Promise<Key>;
  /** Where the provider is for this tenant, and the key for it. */
  credential(provider: string, origin: string, apiKey?: string): Promise<void>;
  budget(settings: object): Promise<Budget>;
  budgetNow(id: string): Promise<Budget>;
  /** The record of this request, as soon as there is one. */
  record(requestId: string | null): Promise<UsageRecord>;
  /** All records, newest first. */
  records(query?: string): Promise<UsageRecord[]>;
}

/** Tests that listen to the SDKs' `fetch` do not mean ours. */
const { fetch } = globalThis;

/** The contract: a record is there within 2 s of the response's end. Twice that, for a machine that is busy. */
const VISIBLE_WITHIN_MS = 4_000;

/** Calls the admin API and gives the answer's status and JSON. */
export async function api<T>(
  { url, adminToken }: Instance,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: T }> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as T };
}

/** A tenant that exists already. */
export function tenantOf(instance: Instance, id: string): Tenant {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await api<T>(instance, method, `/tenants/${id}${path}`, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json;
  };
  return {
    id,
    api: call,
    key: (settings = {}) => call("POST", "/keys", { name: "Test", ...settings }),
    credential: async (provider, origin, apiKey = providerKey(provider)) => {
      await call("PUT", `/credentials/${provider}`, { api_key: apiKey, origin });
    },
    budget: (settings) => call("POST", "/budgets", { name: "Test", period: "total", enforcement: "hard", ...settings }),
    budgetNow: (budget) => call("GET", `/budgets/${budget}`),
    record: (requestId) =>
      until(`the record of ${requestId}`, VISIBLE_WITHIN_MS, async () => {
        const answer = await api<UsageRecord>(instance, "GET", `/tenants/${id}/usage/${requestId}`);
        return answer.status === 200 ? answer.json : null;
      }),
    records: async (query = "") => {
      const all: UsageRecord[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const page = await call<{ data: UsageRecord[]; next_cursor: string | null }>(
          "GET",
          `/usage?limit=500${query}${from}`,
        );
        all.push(...page.data);
        cursor = page.next_cursor;
      }
      return all;
    },
  };
}

/** The key that `credential` stores unless told otherwise. */
export const providerKey = (provider: string): string => `sk-upstream-${provider}-0123456789`;

/** A new tenant. */
export async function newTenant(instance: Instance, name = "Acme"): Promise<Tenant> {
  const { status, json } = await api<{ id: string }>(instance, "POST", "/tenants", { name });
  if (status >= 400) throw new Error(`no tenant: ${status} ${JSON.stringify(json)}`);
  return tenantOf(instance, json.id);
}

/** Money of the API as nanodollars. */
export function nanos(usd: string | null): number {
  if (usd === null) return 0;
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(usd) ?? [];
  return Number(`${sign}${whole}${fraction.padEnd(9, "0")}`);
}

/** What these records cost together, in nanodollars. */
export const costOfAll = (records: readonly UsageRecord[]): number =>
  records.reduce((sum, record) => sum + nanos(record.cost_usd), 0);

/** Nanodollars as money of the API. */
export function usd(amount: number): string {
  const digits = String(amount).padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
