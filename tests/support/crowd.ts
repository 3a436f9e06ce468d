/**
 * A crowd of clients of one tenant, on budgets at every scope: who asks for what, what it costs, and what the provider
 * was asked in truth. Prices are the tenant's own and round, so that a test multiplies them out by itself.
 */
import { type ChatAnswer, chatAnswer } from "./chat-answers.ts";
import { json } from "./replies.ts";
import { type Budget, type Key, nanos, type Tenant, usd } from "./tenant.ts";
import { sleep } from "./until.ts";
import { type Reply, startUpstream } from "./upstream.ts";

/** Nanodollars a token. */
const PRICES: Record<string, { input: number; output: number }> = {
  "gpt-4o-mini": { input: 100, output: 400 },
  "gpt-4.1-mini": { input: 200, output: 800 },
  "gpt-4o": { input: 500, output: 2_000 },
};
const MODELS = Object.keys(PRICES);
const TEAMS = ["red", "blue"];
const USERS = ["ann", "bob", "cyd", null];
const FEATURES = ["search", "chat", null];
const KEYS = 6;

const INPUT_TOKENS = 12;
/** Of each request; its answer has fewer. */
const OUTPUT_CAP = 200;
/** The provider takes between these. */
const PROVIDER_MS = [20, 300] as const;

interface Member {
  key: Key;
  team: string;
  /** Fixed by the key. */
  user: string | null;
}

/** One request: what it is for, and what the provider will charge for it. */
export interface Errand extends Facts {
  n: number;
  member: Member;
  outputTokens: number;
  costNanos: number;
}

/** What scopes are about, of an errand or a record. */
export interface Facts {
  key: string | null;
  team: string | null;
  user: string | null;
  model: string;
  feature: string | null;
}

export interface Scoped {
  name: string;
  budget: Budget;
  limitNanos: number;
  covers(facts: Facts): boolean;
}

export interface Crowd {
  tenant: Tenant;
  budgets: Scoped[];
  /** How often the provider was asked each errand, by its number. */
  asked: Map<number, number>;
  /** The next `count` errands; the same in each run of a test. */
  errands(count: number): Errand[];
  send(errand: Errand, url: string, how?: { stream?: boolean; signal?: AbortSignal }): Promise<Response>;
  close(): Promise<void>;
}

export interface CrowdOptions {
  /** How the provider answers errand `n`; by default at once and whole, after a moment. */
  answer?: (answer: ChatAnswer, n: number) => Reply;
  /** Of its errands; another makes others. */
  seed?: number;
  /** Settings of every key. */
  key?: object;
}

const wholeAnswer: NonNullable<CrowdOptions["answer"]> = (answer, n) => async (response, received) => {
  await sleep(PROVIDER_MS[0] + ((n * 37) % (PROVIDER_MS[1] - PROVIDER_MS[0])));
  if (!response.destroyed) json(200, chatAnswer(answer))(response, received);
};

/**
 * Sets up keys, prices and budgets. Each budget's limit is its share of what `expected` errands will ask of it, so that
 * one with a small share runs out early.
 */
export async function newCrowd(tenant: Tenant, expected: number, options: CrowdOptions = {}): Promise<Crowd> {
  const { answer = wholeAnswer, seed = 20_261_124, key: settings = {} } = options;
  const random = generator(seed);
  const asked = new Map<number, number>();
  const upstream = await startUpstream(async (response, received) => {
    const { model, messages } = JSON.parse(received.body.toString()) as {
      model: string;
      messages: { content: string }[];
    };
    const [n = 0, output = 0] = (messages[0]?.content ?? "").split(" ").map(Number);
    asked.set(n, (asked.get(n) ?? 0) + 1);
    await answer({ model, text: "Done.", input: INPUT_TOKENS, output }, n)(response, received);
  });
  await tenant.credential("openai", upstream.origin);
  for (const [model, { input, output }] of Object.entries(PRICES)) {
    await tenant.api("POST", "/prices", {
      provider: "openai",
      model,
      per_million_tokens: { input: `${input / 1_000}`, output: `${output / 1_000}` },
    });
  }
  const members: Member[] = [];
  for (let i = 0; i < KEYS; i++) {
    const team = TEAMS[i % TEAMS.length] as string;
    const user = i < 2 ? (USERS[i] as string) : null;
    members.push({ team, user, key: await tenant.key({ ...settings, team, ...(user && { user }) }) });
  }
  let made = 0;
  const draw = (): Errand => {
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const member = pick(members);
    const [user, model, feature] = [member.user ?? pick(USERS), pick(MODELS), pick(FEATURES)];
    const outputTokens = 20 + Math.floor(random() * (OUTPUT_CAP - 20));
    const { input, output } = PRICES[model] as { input: number; output: number };
    const costNanos = INPUT_TOKENS * input + outputTokens * output;
    const { key, team } = member;
    return { n: ++made, member, key: key.id, team, user, model, feature, outputTokens, costNanos };
  };

  const sample = Array.from({ length: 2_000 }, draw);
  const scopes: { scope: { type: string; id?: string }; share: number; covers: (facts: Facts) => boolean }[] = [
    { scope: { type: "tenant" }, share: 0.8, covers: () => true },
    { scope: { type: "team", id: "red" }, share: 0.45, covers: ({ team }) => team === "red" },
    { scope: { type: "team", id: "blue" }, share: 2, covers: ({ team }) => team === "blue" },
    { scope: { type: "user", id: "ann" }, share: 0.12, covers: ({ user }) => user === "ann" },
    { scope: { type: "user", id: "bob" }, share: 0.6, covers: ({ user }) => user === "bob" },
    ...[0.1, 0.3, 2].map((share, i) => {
      const { id } = (members[i + 2] as Member).key;
      return { scope: { type: "key", id }, share, covers: ({ key }: Facts) => key === id };
    }),
    { scope: { type: "model", id: "gpt-4o" }, share: 0.5, covers: ({ model }) => model === "gpt-4o" },
    { scope: { type: "model", id: "openai/gpt-4o-mini" }, share: 0.05, covers: ({ model }) => model === "gpt-4o-mini" },
    { scope: { type: "tag", id: "feature=search" }, share: 0.55, covers: ({ feature }) => feature === "search" },
    { scope: { type: "tag", id: "feature" }, share: 2, covers: ({ feature }) => feature !== null },
  ];
  const budgets: Scoped[] = [];
  for (const { scope, share, covers } of scopes) {
    const demand = sample.filter(covers).reduce((sum, { costNanos }) => sum + costNanos, 0);
    const limitNanos = Math.floor((share * demand * expected) / sample.length);
    const name = `${scope.type} ${scope.id ?? ""}`.trim();
    budgets.push({
      name,
      budget: await tenant.budget({ name, scope, limit_usd: usd(limitNanos) }),
      limitNanos,
      covers,
    });
  }
  return {
    tenant,
    budgets,
    asked,
    errands: (count) => Array.from({ length: count }, draw),
    send: ({ n, member, user, model, feature, outputTokens }, url, { stream, signal } = {}) =>
      fetch(`${url}/openai/v1/chat/completions`, {
        method: "POST",
        ...(signal && { signal }),
        headers: {
          authorization: `Bearer ${member.key.key}`,
          "content-type": "application/json",
          "x-meterr-tags": `n=${n}${feature === null ? "" : `,feature=${feature}`}`,
          ...(user !== null && member.user === null && { "x-meterr-user": user }),
        },
        body: JSON.stringify({
          model,
          max_tokens: OUTPUT_CAP,
          ...(stream && { stream }),
          messages: [{ role: "user", content: `${n} ${outputTokens}` }],
        }),
      }),
    close: upstream.close,
  };
}

/** What every budget has spent and what is held of it, at one moment in the ledger. */
export async function countersOf({ tenant }: Crowd): Promise<Map<string, { spent: number; held: number }>> {
  const { data } = await tenant.api<{ data: Budget[] }>("GET", "/budgets?limit=500");
  return new Map(data.map(({ id, spent_usd, held_usd }) => [id, { spent: nanos(spent_usd), held: nanos(held_usd) }]));
}

/** Numbers from 0 to 1 that look random and are the same in every run (a linear congruential generator). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
