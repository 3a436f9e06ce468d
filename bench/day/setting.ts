/** A tenant whose clients are always the same; what differs is which levers are on. */
import { type Key, newTenant, type Tenant } from "../../tests/support/tenant.ts";
import { KEY_NAMES, type KeyName, type Lever } from "./types.ts";
import type { Providers } from "./upstream.ts";

const PROVIDERS = ["openai", "anthropic", "together", "groq"] as const;
const LARGE = "openai/gpt-5";
const SMALL = "openai/gpt-5-mini";
const LLAMA_DEAR = "together/meta-llama/Llama-3.3-70B-Instruct-Turbo";
const LLAMA_CHEAP = "groq/llama-3.3-70b-versatile";

/** A little above the default, at which what is no known routine goes to the large model, as half of the easy questions here. */
const THRESHOLD = 0.45;

/** Keys that keep answers for a day, where the lever is on: what an answer is worth for longer than a request. */
const CACHED_KEYS: ReadonlySet<KeyName> = new Set(["support", "jobs", "tagging"]);
const DAY_SECONDS = 86_400;

/** What each key may use, as `provider/model`; its route's name comes besides. */
export const ALLOWED: Readonly<Record<KeyName, readonly string[]>> = {
  agents: ["anthropic/claude-sonnet-4-5"],
  coding: ["anthropic/claude-sonnet-4-5"],
  assistant: [LARGE, SMALL],
  contractors: [SMALL],
  legal: [LARGE],
  support: [LARGE],
  jobs: [LARGE],
  tagging: [LLAMA_DEAR, LLAMA_CHEAP],
};

export interface Setting {
  tenant: Tenant;
  keys: Readonly<Record<KeyName, Key>>;
}

/** Makes the tenant with its credentials, routes and keys. */
export async function setUp(
  instance: { url: string; adminToken: string },
  providers: Providers,
  levers: ReadonlySet<Lever>,
): Promise<Setting> {
  const tenant = await newTenant(instance, `A day: ${[...levers].join(", ") || "no lever"}`);
  for (const provider of PROVIDERS) await tenant.credential(provider, providers.originOf(provider));
  for (const [name, route] of Object.entries(routesWith(levers))) await tenant.api("PUT", `/routes/${name}`, route);
  const keys = {} as Record<KeyName, Key>;
  for (const name of KEY_NAMES) {
    keys[name] = await tenant.key({
      name,
      allow: { models: ALLOWED[name] },
      cache: levers.has("cache") && CACHED_KEYS.has(name) ? { ttl_seconds: DAY_SECONDS } : null,
      prompt_cache: levers.has("prompt_cache") ? "auto" : "off",
    });
  }
  return { tenant, keys };
}

/** What clients name as their models: the same names, whatever is behind them. */
const routesWith = (levers: ReadonlySet<Lever>) => ({
  assistant: levers.has("auto")
    ? { strategy: "auto", targets: [{ model: SMALL }, { model: LARGE }], threshold: THRESHOLD }
    : { targets: [{ model: LARGE }, { model: SMALL }] },
  nightly: { targets: [{ model: LARGE }], ...(levers.has("flex") && { allow_latency: true }) },
  tagger: {
    strategy: levers.has("route") ? "cheapest" : "fallback",
    targets: [{ model: LLAMA_DEAR }, { model: LLAMA_CHEAP }],
  },
});
