/**
 * Imports run one way (architecture.md): which room may import from which. Beside this, a room may import a type
 * from where `types` says. Tests may import anything.
 */
import { importsOf } from "./imports.ts";

interface Zone {
  imports: string[];
  types?: string[];
}

const STEPS = ["routing", "translate", "cache", "wallet", "dialects", "providers"];
const BASE = ["pricing", "db", "core"];
const STEP: Zone = { imports: [...STEPS, ...BASE, "auth"], types: ["env.ts", "durable-objects"] };

const ZONES: Record<string, Zone> = {
  "index.ts": { imports: ["app.ts", "control", "drain.ts", "durable-objects"], types: ["env.ts"] },
  "app.ts": { imports: ["assets.ts", "control", "gateway"], types: ["env.ts"] },
  // The Durable Object that tells the gateway's story itself; the ledger needs the core alone.
  "drain.ts": { imports: ["gateway"], types: ["env.ts"] },
  "assets.ts": { imports: ["core"], types: ["env.ts"] },
  "env.ts": { imports: [], types: ["durable-objects", "core"] },
  // Schemas of what the API answers: the dashboard takes its types from them.
  shapes: { imports: ["auth", "core"] },
  control: { imports: ["shapes", "auth", ...STEPS, ...BASE], types: ["env.ts"] },
  gateway: { imports: ["auth", ...STEPS, ...BASE], types: ["env.ts"] },
  auth: { imports: ["db", "core"], types: ["env.ts"] },
  ...Object.fromEntries(STEPS.map((room) => [room, STEP])),
  pricing: { imports: ["core"] },
  db: { imports: ["core", "migrations"], types: ["env.ts"] },
  core: { imports: [], types: [] },
  "durable-objects": { imports: ["core"], types: ["env.ts"] },
  web: { imports: [], types: ["core", "shapes"] },
};

/** Packages that only some rooms may use: Hono's context stops at the routes. */
const PACKAGES: Record<string, string[]> = { hono: ["app.ts", "control"] };

/**
 * The room of a file: its folder below `worker/`, else its top folder; a file in `worker/` is a room of its own, and so
 * are the API's schemas of answers together.
 */
function roomOf(path: string): string {
  if (/^worker\/control\/(?:[\w-]+-)?shapes\.ts$/.test(path)) return "shapes";
  const [top = "", next = ""] = path.split("/");
  return top === "worker" ? next : top;
}

/** What is wrong with the imports of the file at `path` (relative to the repository), a line each. */
export function zoneViolations(path: string, source: string): string[] {
  const room = roomOf(path);
  const zone = ZONES[room];
  if (zone === undefined) return [`${path}: the room "${room}" has no zone in scripts/lib/zones.ts`];
  return importsOf(source).flatMap(({ specifier, isType }) => {
    if (!specifier.startsWith(".")) {
      const users = PACKAGES[specifier.split("/")[0] ?? ""];
      return users === undefined || users.includes(room) ? [] : [`${path}: ${specifier} stops at ${users.join(", ")}`];
    }
    const target = roomOf(new URL(specifier, `file:///${path}`).pathname.slice(1));
    const allowed = target === room || zone.imports.includes(target) || (isType && zone.types?.includes(target));
    return allowed ? [] : [`${path}: ${room} may not import ${isType ? "types from " : ""}${target} (${specifier})`];
  });
}
