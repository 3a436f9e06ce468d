/** What the story does at a unified entry before it is a story about a provider. */
import type { Outcome } from "../../core/outcome.ts";
import { answerHere } from "./here.ts";
import type { Opened } from "./leg.ts";
import { type Arriving, openEntry, readAsked } from "./open.ts";

/** The leg that the request takes; or the answer, where no provider is needed for it. */
export async function enter(of: Arriving): Promise<Outcome<Opened | Response>> {
  const asked = await readAsked(of);
  if (!asked.ok) return asked;
  return (await answerHere(of, asked.value)) ?? openEntry(of, asked.value);
}
