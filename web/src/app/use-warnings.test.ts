import { expect, test } from "vitest";
import type { Budget, ProviderStatus } from "../api/types.ts";
import { warningsOf } from "./use-warnings.ts";

const budget = (remaining_usd: string) =>
  ({ unit: "usd", limit_usd: "5", spent_usd: "0", held_usd: "0", remaining_usd }) as Budget;
const status = (provider: string, state: ProviderStatus["state"]) => ({ provider, state }) as ProviderStatus;

const warnings = (known: Partial<Parameters<typeof warningsOf>[0]>) =>
  warningsOf({ budgets: [], status: [], alerts: [], seen: "2026-11-24T10:00:00.000Z", ...known });

test("nothing is warned of where all is well", () =>
  expect(
    warnings({
      budgets: [budget("0.01")],
      status: [status("openai", "closed"), status("google", "half-open")],
      alerts: [{ time: "2026-11-24T10:00:00.000Z" }],
    }),
  ).toEqual({}));

test("alerts count that fired since somebody looked", () =>
  expect(warnings({ alerts: [{ time: "2026-11-24T10:00:00.001Z" }, { time: "2026-11-24T09:00:00.000Z" }] })).toEqual({
    "/$tenant/alerts": { count: 1, text: "new" },
  }));

test("budgets count that have nothing left, of whatever unit", () => {
  const inTokens = { unit: "tokens", limit_tokens: 5, remaining_tokens: 0 } as Budget;
  expect(warnings({ budgets: [budget("0.00"), budget("1"), inTokens] })).toEqual({
    "/$tenant/budgets": { count: 2, text: "used up" },
  });
});

test("a provider counts once, however many of its models are left alone", () =>
  expect(warnings({ status: [status("openai", "open"), status("openai", "open"), status("google", "open")] })).toEqual({
    "/$tenant/providers": { count: 2, text: "left alone" },
  }));
