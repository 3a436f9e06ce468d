/** API keys. */
import * as z from "zod";
import { hasOwnKeysOnly } from "../auth/roles.ts";
import { mintKey } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { fail, ok } from "../core/outcome.ts";
import type { KeyRecord } from "../core/policy.ts";
import { ledgerOf } from "../db/ledger.ts";
import { bodiesSetting } from "./body-shapes.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { firstAnswer, idempotencyOf, KEY_REUSED } from "./idempotency.ts";
import { instant, iso, label, name, readBody, tags } from "./input.ts";
import { key, keySecret } from "./key-shapes.ts";
import { rateLimits, ratesFrom, showRates, usedOf } from "./rate-limits.ts";
import { given, mountResource } from "./resource.ts";

const names = z.array(z.string().min(1).max(200)).max(200).nullable();
/** A year. */
const MAX_CACHE_SECONDS = 31_536_000;

const PROMPT_CACHE =
  "Whether prompts are marked so that their provider keeps them. Null: at unified entries, and not on providers' own paths.";

/** What PATCH may change: all but the mode, which the key itself says. */
const changeable = {
  name,
  team: label.nullable(),
  user: label.nullable(),
  tags,
  require: z.array(z.string().min(1).max(64)).max(32),
  allow: z.strictObject({ providers: names.optional(), models: names.optional(), endpoints: names.optional() }),
  rate_limits: rateLimits,
  max_identical_requests: z.int().positive().nullable(),
  cache: z.strictObject({ ttl_seconds: z.int().positive().max(MAX_CACHE_SECONDS) }).nullable(),
  prompt_cache: z.enum(["auto", "off"]).nullable().meta({ description: PROMPT_CACHE }),
  bodies: bodiesSetting.nullable(),
  on_disconnect: z.enum(["abort", "drain"]),
  expires_at: instant.nullable(),
};
const patch = z.strictObject(changeable).partial();
const create = patch.extend({ name, mode: z.enum(["live", "test"]).default("live") });

const nothing = z.strictObject({});

const NOTHING_SET = {
  team: null,
  user: null,
  tags: {},
  require: [],
  allow: { providers: null, models: null, endpoints: null },
  rateLimits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
  cache: null,
  onDisconnect: "abort",
  expiresAt: null,
} as const satisfies Partial<KeyRecord>;

/** Mounts `/keys` and `/keys/{id}/rotate`. */
export function mountKeys(app: App): void {
  mountResource(app, {
    kind: "key",
    path: "keys",
    noun: "key",
    action: "keys",
    create,
    patch,
    shown: key,
    once: keySecret,
    example: {
      name: "search in production",
      team: "search",
      tags: { env: "prod" },
      allow: { models: ["openai/gpt-5-mini"] },
      rate_limits: { requests_per_minute: 600 },
    },
    // The secret of a key is shown once, to whoever makes it.
    config: { carriesSecret: () => true },
    make: async (input, call) => {
      const own = ownUser(call);
      if (own === null) return ok(await newKey(call, input));
      return isOwn(own, input) ? ok(await newKey(call, { ...input, user: own })) : notYours(own);
    },
    change: async (input, current, call) => {
      const own = ownUser(call);
      if (own !== null && input.user !== undefined && input.user !== own) return notYours(own);
      return ok(changesOf(input, current));
    },
    isVisible,
    show: showKeys,
  });
  mount(app, "/tenants/:tenant/keys/:id/rotate", {
    POST: {
      summary: "Gives a key another secret. The old one ends within 10 s.",
      body: nothing,
      example: {},
      answers: key.extend(keySecret),
      errors: ["conflict"],
      does: forTenant("keys", rotate),
    },
  });
}

/** The user that every key of the caller's is of; null for who sees and makes keys of everybody. */
export const ownUser = ({ role, party }: TenantCall): string | null => (hasOwnKeysOnly(role) ? party : null);

const isVisible = (record: KeyRecord, call: TenantCall): boolean => {
  const own = ownUser(call);
  return own === null || record.user === own;
};

const isOwn = (own: string, { user }: { user?: string | null }): boolean => user == null || user === own;

const notYours = (own: string) =>
  fail(gatewayError("not_allowed", `Your keys are those of the user ${own}: leave \`user\` out, or name that one.`));

/** A key with what `input` sets, and the text that is shown once. */
export async function newKey(
  call: Pick<TenantCall, "env" | "tenant" | "now">,
  input: z.output<typeof create>,
): Promise<{ record: KeyRecord; once: { key: string } }> {
  const minted = await mintKey(call.env.METERR_MASTER_KEY, input.mode, call.tenant);
  const base: KeyRecord = {
    ...NOTHING_SET,
    require: [],
    id: newId("key", call.now),
    name: input.name,
    hash: minted.hash,
    hint: minted.hint,
    mode: input.mode,
    createdAt: call.now,
    revokedAt: null,
  };
  return { record: { ...base, ...changesOf(input, base) }, once: { key: minted.text } };
}

function changesOf(input: z.output<typeof patch>, current: KeyRecord): Partial<KeyRecord> {
  const limits = input.rate_limits;
  return given({
    name: input.name,
    team: input.team,
    user: input.user,
    tags: input.tags,
    require: input.require,
    allow: input.allow && { ...current.allow, ...given(input.allow) },
    rateLimits: limits && ratesFrom(limits, current.rateLimits),
    maxIdenticalRequests: input.max_identical_requests,
    cache: input.cache && { ttlSeconds: input.cache.ttl_seconds },
    promptCache: input.prompt_cache,
    bodies: input.bodies && { keepDays: input.bodies.keep_days, redact: input.bodies.redact },
    onDisconnect: input.on_disconnect,
    expiresAt: input.expires_at,
  });
}

/** A new secret for the same key: its settings, budgets and history stay, the old secret ends within 10 s. */
async function rotate(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const ledger = ledgerOf(call.env, call.tenant);
  const id = call.params.id ?? "";
  const current = await ledger.get("key", id);
  if (!current || !isVisible(current, call)) return notFound("key");
  const { text, hash, hint } = await mintKey(call.env.METERR_MASTER_KEY, current.mode, call.tenant);
  const [shown] = await showKeys([{ ...current, hash, hint }], call);
  const answer = { ...shown, key: text };
  const idempotency = await idempotencyOf(call, body.value, answer);
  const result = await ledger.rotateKey(id, { hash, hint }, call.actor, idempotency);
  switch (result.outcome) {
    case "rotated":
      return ok(answer);
    case "replayed":
      return firstAnswer(call, result.sealedAnswer);
    case "conflict":
      return conflict(KEY_REUSED);
    case "missing":
      return conflict("This key was revoked. Make a new one.");
  }
}

async function showKeys(records: KeyRecord[], call: TenantCall) {
  const used = await usedOf(
    call,
    "key",
    records.map(({ id, rateLimits: rates }) => ({ id, rates })),
  );
  return records.map((record, index) => ({ ...showKey(record), rate_limits_used: used[index] }));
}

const showKey = (record: KeyRecord) => ({
  id: record.id,
  name: record.name,
  hint: record.hint,
  mode: record.mode,
  team: record.team,
  user: record.user,
  tags: record.tags,
  require: record.require,
  allow: record.allow,
  rate_limits: showRates(record.rateLimits),
  max_identical_requests: record.maxIdenticalRequests ?? null,
  cache: record.cache && { ttl_seconds: record.cache.ttlSeconds },
  prompt_cache: record.promptCache ?? null,
  bodies: record.bodies ? { keep_days: record.bodies.keepDays, redact: record.bodies.redact } : null,
  on_disconnect: record.onDisconnect,
  expires_at: iso(record.expiresAt),
  created_at: iso(record.createdAt),
  revoked_at: iso(record.revokedAt),
});
