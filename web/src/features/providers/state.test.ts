import { expect, test } from "vitest";
import type { ProviderStatus } from "../../api/types.ts";
import { credentialName, errorRateOf, errorWords, moodOf, moodOfAll } from "./state.ts";

const status = (over: Partial<ProviderStatus> = {}): ProviderStatus => ({
  ...{ provider: "openai", model: "gpt-5-mini", credential: "cred_1", state: "closed", since: null, open_until: null },
  ...{ attempts: 10, failures: 0, error_rate: 0, last_error: null, first_byte_ms: 300, first_token_ms: null },
  last_seen_at: "2026-11-24T10:00:00.000Z",
  ...over,
});

test("the mood of a provider is that of its worst model", () => {
  const open = status({ state: "open" });
  expect(moodOfAll([]).text).toBe("Not used");
  expect(moodOfAll([status()]).text).toBe("Well");
  expect(moodOfAll([status({ state: "half-open" }), open, status()]).text).toBe("Left alone: 1 of 3");
  expect(moodOfAll([open]).text).toBe("Left alone");
  expect(moodOf(status({ error_rate: 0.1 })).text).toBe("Failing");
  expect(moodOfAll([status(), status({ error_rate: 0.4 })]).text).toBe("Failing");
});

test("errors, rates and credentials read as words", () => {
  expect([errorWords("503"), errorWords("418"), errorWords("upstream_timeout"), errorWords(null)]).toEqual([
    "503, unavailable",
    "418",
    "no answer in time",
    "error",
  ]);
  expect([errorRateOf(status({ error_rate: null })), errorRateOf(status({ error_rate: 0.042 }))]).toEqual([
    "–",
    "4.2 %",
  ]);
  const names = new Map([["cred_1", "default"]]);
  expect(["cred_1", "operator", "client", "cred_2"].map((id) => credentialName(id, names))).toEqual([
    "default",
    "the operator's",
    "the client's own",
    "removed",
  ]);
});
