import { expect, test } from "vitest";
import type { Budget } from "../../api/types.ts";
import { spanOf } from "../../lib/period.ts";
import { allowanceOf } from "./allowance.ts";

const budget = (more: Partial<Budget>): Budget =>
  ({ name: "b", unit: "usd", period: "day", limit_usd: "10", scope: { type: "tenant", id: null }, ...more }) as Budget;
const span = spanOf("7d", Date.parse("2026-11-24T10:00:00Z"));

test("the tightest budget of all that is shown gives the line", () => {
  const budgets = [budget({ name: "wide", limit_usd: "100" }), budget({ name: "tight" }), budget({ unit: "tokens" })];
  expect(allowanceOf(budgets, {}, span)).toEqual({ name: "Budget tight", perStep: 10e9 });
});

test("a longer period counts by its share of a step", () => {
  const line = allowanceOf([budget({ period: "week", limit_usd: "70" })], {}, span);
  expect(line).toEqual({ name: "Budget b, $10.00 a day", perStep: 10e9 });
});

test("a filter wants a budget of its own", () => {
  const ofKey = budget({ scope: { type: "key", id: "key_1" } });
  expect(allowanceOf([budget({})], { key: "key_1" }, span)).toBeNull();
  expect(allowanceOf([ofKey], { key: "key_1" }, span)?.perStep).toBe(10e9);
  expect(allowanceOf([ofKey], { key: "key_1", model: "m" }, span)).toBeNull();
  expect(allowanceOf([budget({ period: "total" })], {}, span)).toBeNull();
});
