/** What a file of ours imports, read from its text: to hold rooms to their zones, and to tell tests apart. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Import {
  specifier: string;
  /** Nothing is loaded: `import type …`. */
  isType: boolean;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

/** The imports and re-exports in `source`, dynamic ones included, in order. */
export function importsOf(source: string): Import[] {
  return [...source.matchAll(IMPORT)].map(([, type, from, dynamic]) => ({
    specifier: from ?? dynamic ?? "",
    isType: type !== undefined,
  }));
}

/** Whether loading the file at `path` loads a module whose name `wanted` matches, directly or through files of ours. */
export function loads(path: string, wanted: RegExp, seen = new Set<string>()): boolean {
  if (seen.has(path)) return false;
  seen.add(path);
  return importsOf(readFileSync(path, "utf8")).some(({ specifier, isType }) => {
    if (isType) return false;
    if (wanted.test(specifier)) return true;
    const file = join(dirname(path), specifier);
    return specifier.startsWith(".") && /\.(ts|tsx|mjs)$/.test(file) && existsSync(file) && loads(file, wanted, seen);
  });
}
