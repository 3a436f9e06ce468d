/**
 * Where kept bodies are: in the archive, encrypted for their tenant, below the day on which they end, so that a day's are
 * removed without asking what is in them.
 */
import type { Archive } from "./archive.ts";
import type { KeptBody } from "./kept-body.ts";
import { open, seal } from "./sealed.ts";

export interface KeptBodies {
  request: KeptBody | null;
  response: KeptBody | null;
}

interface Place {
  tenant: string;
  /** The request's. */
  id: string;
  /** Milliseconds since the epoch. */
  until: number;
}

const DAY_MS = 86_400_000;
const FOLDER = "bodies/";
/** Days that a run looks back for what should be gone: those on which no run came. */
const LOOK_BACK_DAYS = 14;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const keyOf = ({ tenant, id, until }: Place): string => `${FOLDER}${dayOf(until)}/${tenant}/${id}`;

export async function writeBodies(archive: Archive, master: string, place: Place, bodies: KeptBodies): Promise<void> {
  await archive.put(keyOf(place), await seal(master, place.tenant, JSON.stringify(bodies)));
}

/** Null where there are none, or none that can be read any more. */
export async function readBodies(archive: Archive, master: string, place: Place): Promise<KeptBodies | null> {
  const sealed = await archive.get(keyOf(place));
  const text = sealed && (await open(master, place.tenant, new TextDecoder().decode(sealed)));
  return text ? (JSON.parse(text) as KeptBodies) : null;
}

/** Removes what ended before the day of `now`. Returns how many were removed. */
export async function removeExpiredBodies(archive: Archive, now: number): Promise<number> {
  let removed = 0;
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    for (const key of await archive.list(`${FOLDER}${dayOf(now - back * DAY_MS)}/`)) {
      await archive.remove(key);
      removed++;
    }
  }
  return removed;
}
