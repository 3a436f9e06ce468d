/** Which budgets a request falls under. */
import type { Budget, Scope } from "./policy.ts";

/** The facts of a request that scopes are matched against; what the key fixes has already won over headers. */
export interface ScopeFacts {
  /** The key's id. */
  key: string;
  team: string | null;
  user: string | null;
  provider: string;
  model: string;
  tags: Record<string, string>;
  session: string | null;
}

/** Whether `scope` covers a request with these facts. A model scope names a model, or `provider/model`. */
export function matches(scope: Scope, facts: ScopeFacts): boolean {
  switch (scope.type) {
    case "tenant":
      return true;
    case "team":
    case "user":
    case "key":
      return facts[scope.type] !== null && facts[scope.type] === scope.id;
    case "model":
      return scope.id === facts.model || scope.id === `${facts.provider}/${facts.model}`;
    case "session":
      return facts.session !== null && (scope.id === null || scope.id === facts.session);
    case "tag": {
      const [name = "", value] = splitTag(scope.id ?? "");
      const carried = Object.hasOwn(facts.tags, name) ? facts.tags[name] : undefined;
      return carried !== undefined && (value === undefined || carried === value);
    }
  }
}

/** The budgets among `all` that cover the request, in their given order. */
export const budgetsOf = (all: readonly Budget[], facts: ScopeFacts): Budget[] =>
  all.filter((budget) => matches(budget.scope, facts));

function splitTag(id: string): [string, string | undefined] {
  const at = id.indexOf("=");
  return at < 0 ? [id, undefined] : [id.slice(0, at), id.slice(at + 1)];
}
