/** What tests and benches begin from: records as the system makes them, each with what it is about there. */
import type { LeaseAsk, SyncMessage } from "./lease.ts";
import type { Budget, KeyRecord } from "./policy.ts";
import type { ScopeFacts } from "./scope.ts";
import { NO_TOKENS, type UsageEvent } from "./usage.ts";

export const sampleKey = (over: Partial<KeyRecord> = {}): KeyRecord => ({
  id: "key_1",
  name: "test",
  hash: "hash_1",
  hint: "mtr_live_…",
  mode: "live",
  team: null,
  user: null,
  tags: {},
  require: [],
  allow: { providers: null, models: null, endpoints: null },
  rateLimits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
  cache: null,
  onDisconnect: "abort",
  expiresAt: null,
  createdAt: 1,
  revokedAt: null,
  ...over,
});

/** Hard, of a tenant, in money, for ever. */
export const sampleBudget = (over: Partial<Budget> = {}): Budget => ({
  id: "bud_1",
  name: "test",
  scope: { type: "tenant", id: null },
  period: "total",
  timezone: "UTC",
  unit: "nanos",
  limit: 1_000,
  rolling: false,
  enforcement: "hard",
  onUnbounded: "block",
  onUnpriced: "block",
  alertAt: [],
  alertTo: [],
  createdAt: 1,
  ...over,
});

export const sampleFacts = (over: Partial<ScopeFacts> = {}): ScopeFacts => ({
  key: "key_1",
  team: null,
  user: null,
  provider: "openai",
  model: "gpt-5-mini",
  tags: {},
  session: null,
  ...over,
});

/** A chat that went well: 3 tokens in, 5 out, at 60 nanodollars. */
export const sampleEvent = (over: Partial<UsageEvent> = {}): UsageEvent => ({
  ...sampleFacts(),
  id: "req_1",
  time: Date.now(),
  tenant: "acme",
  mode: "live",
  modelServed: null,
  endpoint: "chat/completions",
  dialect: "chat",
  stream: false,
  status: "ok",
  httpStatus: 200,
  tokens: { ...NO_TOKENS, input: 3, output: 5 },
  units: {},
  costNanos: 60,
  savedNanos: 0,
  usageSource: "provider",
  priceSource: "catalog",
  priceVersion: null,
  boundNanos: null,
  cache: "off",
  latencyMs: 1,
  ttftMs: null,
  overheadMs: null,
  errorCode: null,
  flags: [],
  attempts: [],
  ...over,
});

/** The first message of a wallet that knows the policy, and wants nothing. */
export const sampleMessage = (over: Pick<SyncMessage, "tenant" | "wallet"> & Partial<SyncMessage>): SyncMessage => ({
  opens: true,
  seq: 1,
  sentAt: Date.now(),
  version: Number.MAX_SAFE_INTEGER,
  identify: [],
  events: [],
  leases: [],
  needs: [],
  ...over,
});

export const sampleAsk = (over: Partial<LeaseAsk> = {}): LeaseAsk => ({
  lease: 1,
  facts: { known: sampleFacts() },
  returned: 0,
  unit: "nanos",
  running: 0,
  want: 0,
  done: false,
  ...over,
});
