/** A kept body as one reads it: JSON indented; of a stream what was said, then the rest. */
import type { KeptBodies } from "../../api/types.ts";

type Body = NonNullable<KeptBodies["request"]>;

/** Where models' texts are in a stream, in whichever format. */
const SAID = /(?:^|\.)(?:content|text|delta|partial_json|arguments|thinking|reasoning_content)(?:\[\d+\])?$/;

/** Null where nothing is kept of it. */
export function bodyText({ json, text, stream }: Body): string | null {
  if (stream) {
    const said = Object.entries(stream.texts).filter(([place]) => SAID.test(place));
    const parts = said.map(([place, words]) => `${place}\n${words}`);
    return [...parts, `last of ${stream.events} events\n${JSON.stringify(stream.last, null, 2)}`].join("\n\n");
  }
  if (json !== undefined) return JSON.stringify(json, null, 2);
  return text ?? null;
}
