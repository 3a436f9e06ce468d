/** What a request says of itself in `x-meterr-*` headers, and what its key fixes. */

import { gatewayError } from "../core/errors.ts";
import type { HeaderReader } from "../core/header-map.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { KeyRecord } from "../core/policy.ts";

export interface Labels {
  user: string | null;
  session: string | null;
  tags: Record<string, string>;
}

const MAX_TAGS = 32;
const MAX_NAME = 64;
const MAX_VALUE = 256;
/** Printable ASCII without the separators of the header itself. */
const TAG_NAME = /^[!-+\--<>-~]+$/;

/** The labels in the headers: `x-meterr-user`, `x-meterr-session`, `x-meterr-tags: feature=search,env=prod`. */
export function readLabels(headers: HeaderReader): Outcome<Labels> {
  const user = headers.get("x-meterr-user");
  const session = headers.get("x-meterr-session");
  for (const [name, value] of [
    ["x-meterr-user", user],
    ["x-meterr-session", session],
  ] as const) {
    if (value !== null && value.length > MAX_VALUE)
      return fail(badHeader(name, `is longer than ${MAX_VALUE} characters`));
  }
  const tags = new Map<string, string>();
  const list = headers.get("x-meterr-tags") ?? "";
  for (const pair of list.split(",")) {
    if (pair.trim() === "") continue;
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (equals < 0 || !TAG_NAME.test(name) || name.length > MAX_NAME || value.length > MAX_VALUE) {
      return fail(badHeader("x-meterr-tags", "is no list of name=value, separated by commas"));
    }
    tags.set(name, value);
  }
  if (tags.size > MAX_TAGS) return fail(badHeader("x-meterr-tags", `has more than ${MAX_TAGS} tags`));
  return ok({ user: user || null, session: session || null, tags: Object.fromEntries(tags) });
}

const badHeader = (name: string, why: string) => gatewayError("invalid_request", `The header ${name} ${why}.`);

/** The labels that count: what the key fixes, no header overrides; what it requires must be there. */
export function labelsFor(key: KeyRecord, sent: Labels): Outcome<Labels> {
  const labels = { user: key.user ?? sent.user, session: sent.session, tags: { ...sent.tags, ...key.tags } };
  for (const name of key.require) {
    const missing =
      name === "user"
        ? labels.user === null
        : name === "session"
          ? labels.session === null
          : !Object.hasOwn(labels.tags, name);
    if (missing) {
      const header = name === "user" || name === "session" ? `x-meterr-${name}` : `x-meterr-tags: ${name}=…`;
      return fail(
        gatewayError("invalid_request", `This key requires the header ${header}.`, { details: { required: name } }),
      );
    }
  }
  return ok(labels);
}
