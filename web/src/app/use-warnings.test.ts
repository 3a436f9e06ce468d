import { expect, test } from "vitest";
import type { Budget, ProviderStatus } from "../api/types.ts";
import { warningsOf } from "./use-warnings.ts";

const budget = (remaining_usd: string) =>
  ({ unit: "usd", limit_usd: "5", spent_usd: "0", held_usd: "0", remaining_usd }) as Budget;
const status = (provider: string, state: ProviderStatus["state"]) => ({ provider, state }) as ProviderStatus;

test("nothing is warned of where all is well", () =>
  expect(warningsOf([budget("0.01")], [status("openai", "closed"), status("google", "half-open")])).toEqual({}));

test("budgets count that have nothing left, of whatever unit", () => {
  const inTokens = { unit: "tokens", limit_tokens: 5, remaining_tokens: 0 } as Budget;
  expect(warningsOf([budget("0.00"), budget("1"), inTokens], [])).toEqual({
    "/$tenant/budgets": { count: 2, text: "used up" },
  });
});

test("a provider counts once, however many of its models are left alone", () =>
  expect(warningsOf([], [status("openai", "open"), status("openai", "open"), status("google", "open")])).toEqual({
    "/$tenant/providers": { count: 2, text: "left alone" },
  }));
