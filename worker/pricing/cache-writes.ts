/** Whether a body asks for its prefix to be written to the provider's cache, and for how long. */

/** Deeper than any API's requests. */
const MAX_DEPTH = 64;

/** The dearest cache write that a parsed body asks for (Anthropic's `cache_control`); what it hides too deep counts as the dearest. */
export function cacheWritesOf(body: unknown): "none" | "short" | "long" {
  return search(body, 0);
}

function search(value: unknown, depth: number): "none" | "short" | "long" {
  if (typeof value !== "object" || value === null) return "none";
  if (depth > MAX_DEPTH) return "long";
  let found: "none" | "short" | "long" = "none";
  for (const [name, item] of Object.entries(value)) {
    const here = name === "cache_control" && item !== null ? lifetime(item) : search(item, depth + 1);
    if (here === "long") return "long";
    if (here === "short") found = "short";
  }
  return found;
}

/** Five minutes where nothing else is said; what is not known counts as the hour. */
function lifetime(control: unknown): "short" | "long" {
  const ttl = typeof control === "object" && control !== null && "ttl" in control ? control.ttl : undefined;
  return ttl === undefined || ttl === "5m" ? "short" : "long";
}
