/** Sessions that an `auto` route took to its large model, as this isolate knows them: plain data, forgotten after a while. */

const until = new Map<string, number>();
const MAX_SESSIONS = 10_000;
/** No prompt is kept for longer. */
const STAYS_MS = 3_600_000;

const nameOf = (of: { tenant: string; route: string; session: string }) =>
  JSON.stringify([of.tenant, of.route, of.session]);

export const wasLarge = (of: { tenant: string; route: string; session: string }, now: number): boolean =>
  (until.get(nameOf(of)) ?? 0) > now;

/** The least recently seen is forgotten first. */
export function noteLarge(of: { tenant: string; route: string; session: string }, now: number): void {
  const name = nameOf(of);
  until.delete(name);
  if (until.size >= MAX_SESSIONS) until.delete(until.keys().next().value ?? "");
  until.set(name, now + STAYS_MS);
}
