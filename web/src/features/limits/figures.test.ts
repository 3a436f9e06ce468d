import { expect, test } from "vitest";
import type { Key, Party, RateLimit, Rates, UsedRates } from "../../api/types.ts";
import { nearestOf, rowsOf } from "./figures.ts";

const rates = (some: Partial<Rates> = {}): Rates => ({
  requests_per_minute: null,
  requests_per_day: null,
  tokens_per_minute: null,
  tokens_per_day: null,
  concurrent: null,
  ...some,
});
const used = (some: { [F in keyof UsedRates]?: number } = {}): UsedRates => {
  const one = (count: number | undefined) =>
    count === undefined ? null : { used: count, held: 0, subject: null, frees_at: null };
  return {
    requests_per_minute: one(some.requests_per_minute),
    requests_per_day: one(some.requests_per_day),
    tokens_per_minute: one(some.tokens_per_minute),
    tokens_per_day: one(some.tokens_per_day),
    concurrent: one(some.concurrent),
  };
};
const limit: RateLimit = {
  ...{ id: "rate_1", name: "Everyone", scope: { type: "user", id: null }, created_at: "" },
  ...rates({ requests_per_minute: 60, concurrent: 4 }),
  used: used({ requests_per_minute: 30, concurrent: 3 }),
};
const party = (id: string, some: Partial<Rates>): Party => ({
  ...{ id, name: id, created_at: "" },
  rate_limits: rates(some),
  rate_limits_used: used(),
});
const key = (id: string, some: Partial<Rates>, revoked_at: string | null = null): Key =>
  ({ ...party(id, some), revoked_at }) as unknown as Key;

test("has what limits something, and nothing else", () => {
  const rows = rowsOf({
    limits: [limit],
    keys: [key("free", {}), key("bound", { concurrent: 1 }), key("gone", { concurrent: 1 }, "2026-01-01")],
    teams: [party("search", { tokens_per_day: 5 })],
    users: [party("ann", {})],
  });
  expect(rows.map(({ name, covers }) => `${name}: ${covers}`)).toEqual([
    "Everyone: Each user",
    "bound: The key itself",
    "search: The team itself",
  ]);
});

test("tells which figure is nearest to its limit", () => {
  const [row] = rowsOf({ limits: [limit], keys: [], teams: [], users: [] });
  expect(row && nearestOf(row)).toMatchObject({ title: "At once", used: 3, limit: 4 });
});
