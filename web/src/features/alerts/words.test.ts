import { expect, test } from "vitest";
import type { FiredAlert } from "../../api/types.ts";
import { sentenceOf, subjectOf } from "./words.ts";

const fired = (alert: Partial<FiredAlert> & Pick<FiredAlert, "type">): FiredAlert => ({
  time: "2026-11-24T10:00:00.000Z",
  id: "alert_1",
  tenant: "t",
  ...alert,
});
const budget = { id: "bud_1", name: "Search" };

test("a budget's alert names it, and says what of what is used, in its unit", () => {
  const near = fired({
    type: "budget.threshold",
    threshold_percent: 80,
    budget,
    spent_usd: "12.000000000",
    limit_usd: "15.000000000",
  });
  expect(`${subjectOf(near)} ${sentenceOf(near)}`).toBe("Search reached 80 %: $12.00 of $15.00");
  const used = fired({ type: "budget.exceeded", budget, subject: "ann", spent_tokens: 1_500, limit_tokens: 1_500 });
  expect(`${subjectOf(used)} ${sentenceOf(used)}`).toBe("Search (ann) refuses requests: 1,500 tokens of 1,500 tokens");
  const short = fired({ type: "budget.forecast", budget, expected_requests: 90, limit_requests: 50 });
  expect(sentenceOf(short)).toBe("is expected to reach 90 requests of 50 requests");
});

test("a provider's says how many attempts failed", () => {
  const alert = fired({ type: "provider.failing", provider: "openai", failed: 7, attempts: 21 });
  expect(`${subjectOf(alert)} ${sentenceOf(alert)}`).toBe("openai failed 7 of 21 attempts in five minutes");
});
