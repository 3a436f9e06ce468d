/** One colour an entity, the same on every page: the first eight that this browser meets get one each. */
import { recall, remember } from "./storage.ts";

const SIZE = 8;
export const REST_COLOR = "var(--data-rest)";

const known: Map<string, number> = new Map(stored());

function stored(): [string, number][] {
  try {
    const list: unknown = JSON.parse(recall("palette") ?? "[]");
    return Array.isArray(list)
      ? list.filter((name) => typeof name === "string").map((name, i) => [name, i % SIZE])
      : [];
  } catch {
    return [];
  }
}

/** The colour of `name` as a CSS value. */
export function colorOf(name: string): string {
  let slot = known.get(name);
  if (slot === undefined) {
    slot = known.size % SIZE;
    known.set(name, slot);
    remember("palette", JSON.stringify([...known.keys()]));
  }
  return `var(--data-${slot + 1})`;
}

/** Colours for the series of one chart: each its own, where another series holds its colour the next that is free. */
export function colorsOf(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let color = colorOf(name);
    for (let i = 1; taken.has(color) && i <= SIZE; i++) color = `var(--data-${i})`;
    taken.add(color);
    return color;
  });
}
