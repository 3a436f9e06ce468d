/** Rate limits as rows: whose they are, and what is used of each figure. */
import type { LimitOwner } from "../../api/limits.ts";
import type { Key, Party, RateFigure, RateLimit, Rates, UsedRates } from "../../api/types.ts";
import { scopeLabel } from "../../lib/scope.ts";

export const FIGURES: readonly { figure: RateFigure; title: string; field: string }[] = [
  { figure: "requests_per_minute", title: "Requests / min", field: "Requests a minute" },
  { figure: "requests_per_day", title: "Requests / day", field: "Requests a day" },
  { figure: "tokens_per_minute", title: "Tokens / min", field: "Tokens a minute" },
  { figure: "tokens_per_day", title: "Tokens / day", field: "Tokens a day" },
  { figure: "concurrent", title: "At once", field: "Requests at once" },
];

export interface LimitRow {
  owner: LimitOwner;
  id: string;
  name: string;
  /** Whom it limits, in words. */
  covers: string;
  rates: Rates;
  used: UsedRates;
}

const hasAny = (rates: Rates): boolean => FIGURES.some(({ figure }) => rates[figure] !== null);

/** Everything that has limits: records of limits first, then keys, teams and users that have their own. */
export function rowsOf(lists: {
  limits: readonly RateLimit[];
  keys: readonly Key[];
  teams: readonly Party[];
  users: readonly Party[];
}): LimitRow[] {
  const { limits, keys, teams, users } = lists;
  const ofParty =
    (owner: "teams" | "users", noun: string) =>
    ({ id, name, rate_limits, rate_limits_used }: Party): LimitRow => ({
      ...{ owner, id, name, covers: `The ${noun} itself` },
      ...{ rates: rate_limits, used: rate_limits_used },
    });
  return [
    ...limits.map(
      ({ id, name, scope, used, created_at: _, ...rates }): LimitRow => ({
        ...{ owner: "rate-limits", id, name, covers: scopeLabel(scope, keys), rates, used },
      }),
    ),
    ...keys
      .filter(({ revoked_at }) => revoked_at === null)
      .map(
        ({ id, name, rate_limits, rate_limits_used }): LimitRow => ({
          ...{ owner: "keys", id, name, covers: "The key itself" },
          ...{ rates: rate_limits, used: rate_limits_used },
        }),
      ),
    ...teams.map(ofParty("teams", "team")),
    ...users.map(ofParty("users", "user")),
  ].filter(({ rates }) => hasAny(rates));
}

export interface Share {
  title: string;
  limit: number;
  used: number;
  held: number;
  /** Of a limit that counts apart: whose figures these are. */
  subject: string | null;
}

/** What is used of one figure; null where it has no limit. */
export function shareOf({ rates, used }: LimitRow, figure: RateFigure): Share | null {
  const limit = rates[figure];
  if (limit === null) return null;
  const now = used[figure];
  const title = FIGURES.find((each) => each.figure === figure)?.title ?? figure;
  return { title, limit, used: now?.used ?? 0, held: now?.held ?? 0, subject: now?.subject ?? null };
}

/** The figure that is nearest to its limit. */
export function nearestOf(row: LimitRow): Share | null {
  const shares = FIGURES.flatMap(({ figure }) => shareOf(row, figure) ?? []);
  const part = ({ used, held, limit }: Share): number => (used + held) / limit;
  return shares.reduce<Share | null>((most, share) => (most === null || part(share) > part(most) ? share : most), null);
}
