/** What is taken out of a kept body before it is written: by kind, by the name of a field, by the very text. Pure. */

/** Kinds that can be told by how they look. Each pattern takes time linear in the text: no quantifier is nested. */
const PATTERNS = {
  secrets:
    /(?:\b(?:sk|pk|rk|mtr|mtm|mta|ghp|gho|github_pat|xox[abprs]|AKIA|AIza|glpat|hf|gsk|xai|whsec)[-_]?[A-Za-z0-9_-]{16,512})|(?:\bBearer +[\w.~+/-]{16,2048})|(?:\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{8,4096})/g,
  emails: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
  card_numbers: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
  ip_addresses: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g,
  // Last: most of the others look like one.
  phone_numbers: /(?<![\w.])\+?\d[\d ().-]{7,18}\d(?![\w.])/g,
} as const;
export type RedactedKind = keyof typeof PATTERNS;
export const REDACTED_KINDS = Object.keys(PATTERNS) as RedactedKind[];

export interface Redaction {
  kinds: RedactedKind[];
  /** Of JSON, wherever they stand; their whole value goes. Case does not count. */
  fields: string[];
  /** As they are. */
  texts: string[];
}

/** `text` without what `rules` name; what went is told by its kind. */
export function redactText(text: string, rules: Redaction): string {
  let rest = text;
  for (const literal of rules.texts) rest = rest.replaceAll(literal, "[redacted]");
  for (const kind of REDACTED_KINDS) {
    if (!rules.kinds.includes(kind)) continue;
    rest = rest.replace(PATTERNS[kind], (found) => (isMeant(kind, found) ? `[${kind}]` : found));
  }
  return rest;
}

/** `value` with every text in it redacted, and the fields that `rules` name without their values. Names of fields stay. */
export function redactJson(value: unknown, rules: Redaction): unknown {
  const fields = new Set(rules.fields.map((field) => field.toLowerCase()));
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return redactText(each, rules);
    if (Array.isArray(each)) return each.map(walk);
    if (each === null || typeof each !== "object") return each;
    return Object.fromEntries(
      Object.entries(each).map(([name, inner]) => [name, fields.has(name.toLowerCase()) ? "[redacted]" : walk(inner)]),
    );
  };
  return walk(value);
}

/** Digits alone are no card: the last one has to be the check digit (Luhn) of the others. */
function isMeant(kind: RedactedKind, found: string): boolean {
  if (kind !== "card_numbers") return true;
  const digits = [...found.replaceAll(/\D/g, "")].reverse().map(Number);
  const sum = digits.reduce((total, digit, at) => {
    const counted = at % 2 === 0 ? digit : digit * 2;
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return sum % 10 === 0;
}
