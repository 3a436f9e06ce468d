import type { Key } from "../api/types.ts";

/** Names keys by their id: a key that is gone keeps its id, usage that came without one has none. */
export const keyNamer =
  (keys: readonly Key[] | undefined) =>
  (id: string | null): string =>
    id === null ? "none" : (keys?.find((key) => key.id === id)?.name ?? id);
