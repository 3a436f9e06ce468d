import { expect, test } from "vitest";
import type { Key } from "../../api/types.ts";
import { badTag, changesOf, fieldsOf } from "./key-fields.ts";

const NO_RATES = {
  requests_per_minute: null,
  requests_per_day: null,
  tokens_per_minute: null,
  tokens_per_day: null,
  concurrent: null,
};
const KEY: Key = {
  id: "key_1",
  name: "search",
  hint: "mtr_live_…abcd",
  mode: "live",
  team: "search",
  user: null,
  tags: { env: "prod" },
  require: ["session"],
  allow: { providers: null, models: ["gpt-5-mini", "claude-*"], endpoints: null },
  rate_limits: { ...NO_RATES, requests_per_minute: 600 },
  rate_limits_used: NO_RATES,
  max_identical_requests: null,
  cache: { ttl_seconds: 60 },
  prompt_cache: null,
  bodies: null,
  on_disconnect: "abort",
  expires_at: "2030-01-02T03:04:56.789Z",
  created_at: "2026-01-01T00:00:00.000Z",
  revoked_at: null,
};
const before = fieldsOf(KEY);
const changed = (fields: Partial<typeof before>, from = before) => changesOf(from, { ...from, ...fields });

test("what nobody touched is not sent, the seconds of an expiry included", () => {
  expect(changed({})).toEqual({});
  expect(changed({ name: "ranking" })).toEqual({ name: "ranking" });
});

test("an emptied field takes its limit away, and no other", () => {
  expect(changed({ team: " ", models: "", requests_per_minute: "", cacheSeconds: "", expires: "" })).toEqual({
    team: null,
    allow: { models: null },
    rate_limits: { requests_per_minute: null },
    cache: null,
    expires_at: null,
  });
  expect(changed({ require: "", tags: "" })).toEqual({ require: [], tags: {} });
});

test("lists, tags and figures are read as they are written", () => {
  expect(
    changed({
      providers: "openai, ,anthropic",
      tags: "env = prod\nquery=a=b\n",
      tokens_per_day: "1000",
      identical: "3",
      promptCache: "off",
      onDisconnect: "drain",
    }),
  ).toEqual({
    allow: { providers: ["openai", "anthropic"] },
    tags: { env: "prod", query: "a=b" },
    rate_limits: { tokens_per_day: 1_000 },
    max_identical_requests: 3,
    prompt_cache: "off",
    on_disconnect: "drain",
  });
  expect(badTag("env=prod\nfeature")).toBe("feature");
  expect(badTag("env=\n")).toBeNull();
});

test("bodies are sent whole once they are kept or changed, as null once they are not, and not where they are off", () => {
  expect(changed({ keepDays: "7", redactTexts: "Project Blue" })).toEqual({});
  const on = { keepsBodies: true, redactFields: "password, ssn", redactTexts: "Blue, the project\nRed" };
  const bodies = {
    keep_days: 30,
    redact: { kinds: ["secrets", "emails"], fields: ["password", "ssn"], texts: ["Blue, the project", "Red"] },
  } satisfies Key["bodies"];
  expect(changed(on)).toEqual({ bodies });
  const kept = fieldsOf({ ...KEY, bodies });
  expect(changed({}, kept)).toEqual({});
  expect(changed({ keepDays: "7" }, kept)).toEqual({ bodies: { ...bodies, keep_days: 7 } });
  expect(changed({ keepsBodies: false }, kept)).toEqual({ bodies: null });
});
