/** Usage as objects of NDJSON, a usage record a line: `usage/{tenant}/{yyyy}/{mm}/{dd}/{hh}/{ulid}.ndjson`. */
import { recordOf } from "../../worker/core/record.ts";
import type { Batch, Delivery, Sent } from "./batch.ts";

/** Writes a batch as one object, in the place of what an earlier attempt wrote. */
export async function sendNdjson({ batch, archive }: Delivery): Promise<Sent> {
  if (!archive) return { ok: false, reason: "this instance has no bucket", askedPauseMs: 0 };
  await archive.put(keyOf(batch), batch.events.map((event) => `${JSON.stringify(recordOf(event))}\n`).join(""));
  return { ok: true };
}

/** Follows from the batch alone, by the hour in which it was cut. */
function keyOf({ tenant, cutAt, first }: Batch): string {
  const [year, month, day, hour] = new Date(cutAt).toISOString().split(/[-T:]/);
  return `usage/${tenant}/${year}/${month}/${day}/${hour}/${ulid(cutAt, first)}.ndjson`;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const REST_DIGITS = 16;

/** A ULID whose random part is a number of the ledger's own. */
const ulid = (time: number, number: number): string => base32(time, TIME_DIGITS) + base32(number, REST_DIGITS);

function base32(value: number, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest = Math.floor(rest / 32)) text = CROCKFORD[rest % 32] + text;
  return text;
}
