/** @own-process The prices that it takes into use are there to stay. */
import { env } from "cloudflare:workers";
import { findProvider, type Provider, REMOTE_DATA_JSON_URL, updatePrices } from "@pydantic/genai-prices";
import { beforeEach, expect, it, vi } from "vitest";

const TIME = Date.UTC(2026, 10, 24, 12);
const HOUR_MS = 3_600_000;

/** The bundled data of three providers as the published file has it, with `input` dollars for a million tokens of gpt-5. */
function file(input: number): string {
  const data = ["openai", "anthropic", "google"].map((providerId) =>
    structuredClone(findProvider({ providerId }) as Provider),
  );
  for (const model of data[0]?.models ?? []) {
    if (model.id === "gpt-5") model.prices = { input_mtok: input, output_mtok: 10 };
  }
  return JSON.stringify(data);
}

const BUNDLED_INPUT = 1_250_000;
const bundled = file(1.25);

/** The package's data, which the test's isolates share, as it was bundled. */
const reset = () => updatePrices(({ setProviderData }) => setProviderData(JSON.parse(bundled)));

/** An isolate that has just started: it knows the bundled prices alone. */
async function isolate() {
  vi.resetModules();
  reset();
  const [refresh, catalogue] = await Promise.all([import("./refresh.ts"), import("./catalogue.ts")]);
  const inputOf = () => catalogue.priceOf({ provider: "openai", model: "gpt-5", time: TIME })?.tokens?.input;
  return { ...refresh, ...catalogue, inputOf };
}

const answering = (text: string, status = 200) => vi.fn(async () => new Response(text, { status }));
const at = (fetch: () => Promise<Response>, when: "due" | "now" = "due") => ({
  kv: env.CACHE,
  fetch,
  time: TIME,
  when,
});

beforeEach(async () => {
  for (const key of ["prices:current", "prices:version", "prices:checked"]) await env.CACHE.delete(key);
});

it("asks where the package itself would", async () => {
  expect((await isolate()).PRICES_URL).toBe(REMOTE_DATA_JSON_URL);
});

it("takes the published prices into use, at most once a day unless it is asked to", async () => {
  const here = await isolate();
  const fetch = answering(file(3));
  const first = await here.refreshPrices(at(fetch));
  expect(first).toEqual({ outcome: "adopted", version: here.priceVersion() });
  expect(first.version).toMatch(/^genai-prices@2026-11-24\.[0-9a-f]{12}\+/);
  expect(here.inputOf()).toBe(3_000_000);
  expect((await here.refreshPrices(at(fetch))).outcome).toBe("not_due");
  expect(fetch).toHaveBeenCalledTimes(1);
  expect((await here.refreshPrices(at(fetch, "now"))).outcome).toBe("unchanged");
  expect((await here.refreshPrices(at(answering(file(4)), "now"))).outcome).toBe("adopted");
  expect(here.inputOf()).toBe(4_000_000);
});

it.each([
  ["cannot be reached", () => Promise.reject(new TypeError("no network")), "unreachable"],
  ["answers an error", answering("[]", 500), "unreachable"],
  ["is not JSON", answering("<html>"), "refused"],
  ["is not sound", answering(file(-1)), "refused"],
])("changes nothing where the file %s", async (_, fetch, outcome) => {
  const here = await isolate();
  const before = { version: here.priceVersion(), input: here.inputOf() };
  expect(await here.refreshPrices(at(fetch))).toMatchObject({ outcome, version: before.version });
  expect({ version: here.priceVersion(), input: here.inputOf() }).toEqual(before);
  expect(await env.CACHE.get("prices:version")).toBeNull();
  expect(await env.CACHE.get("prices:current")).toBeNull();
});

it("reaches other isolates, which look every ten minutes", async () => {
  const other = await isolate();
  await other.followPrices(env.CACHE, TIME);
  expect(other.inputOf()).toBe(BUNDLED_INPUT);
  const { version } = await (await isolate()).refreshPrices(at(answering(file(3))));
  reset();

  expect(other.followPrices(env.CACHE, TIME + HOUR_MS / 6 - 1)).toBeNull();
  await other.followPrices(env.CACHE, TIME + HOUR_MS / 6);
  expect(other.inputOf()).toBe(3_000_000);
  expect(other.priceVersion()).toBe(version);
});

it("leaves alone what does not belong together: a file of another version, or of another release", async () => {
  await (await isolate()).refreshPrices(at(answering(file(3))));
  const version = (await env.CACHE.get("prices:version")) ?? "";
  await env.CACHE.put("prices:current", file(4));
  const other = await isolate();
  await other.followPrices(env.CACHE, TIME);
  expect(other.inputOf()).toBe(BUNDLED_INPUT);

  await env.CACHE.put("prices:current", file(3));
  await env.CACHE.put("prices:version", JSON.stringify({ ...JSON.parse(version), over: "0.0.1" }));
  await other.followPrices(env.CACHE, TIME + HOUR_MS);
  expect(other.inputOf()).toBe(BUNDLED_INPUT);
  await env.CACHE.put("prices:version", "no JSON");
  await other.followPrices(env.CACHE, TIME + 2 * HOUR_MS);
  expect(other.inputOf()).toBe(BUNDLED_INPUT);
  // What is right again is taken.
  await env.CACHE.put("prices:version", version);
  await other.followPrices(env.CACHE, TIME + 3 * HOUR_MS);
  expect(other.inputOf()).toBe(3_000_000);
});
