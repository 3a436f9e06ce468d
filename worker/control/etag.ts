/**
 * Tags of what is stored, so that nobody writes over a change that they have not seen. A tag follows from the settings of
 * a record alone: that a budget's counters move does not change it.
 */
import { sha256Hex } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { fail } from "../core/outcome.ts";

/** 128 bits: enough that no two states of a record share one. */
const TAG_DIGITS = 32;

/** The tag of `state`, a value of JSON. */
export const etagOf = async (state: unknown): Promise<string> =>
  `"${(await sha256Hex(JSON.stringify(state))).slice(0, TAG_DIGITS)}"`;

/** Whether an `If-Match` header lets through what is stored. A proxy that compresses makes tags weak; they count all the same. */
export async function isMatch(ifMatch: string, state: unknown): Promise<boolean> {
  const tag = await etagOf(state);
  return ifMatch.split(",").some((each) => {
    const given = each.trim().replace(/^W\//, "");
    return given === "*" || given === tag;
  });
}

export const changedSince = (what: string) =>
  fail(gatewayError("precondition_failed", `The ${what} has changed since you read it. Read it again.`));
