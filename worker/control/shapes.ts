/** Shapes that answers have in common. */
import * as z from "zod";

/** An amount of USD. */
export const money = z
  .string()
  .regex(/^-?\d+\.\d+$/)
  .meta({ description: "USD as a decimal string." });

/** An instant, ISO 8601 UTC. */
export const time = z.iso.datetime();

/** A page of a list. */
export const pageOf = <S extends z.ZodType>(each: S) =>
  z.strictObject({ data: z.array(each), next_cursor: z.string().nullable() });

/** What a DELETE answers. */
export const removed = z.strictObject({ id: z.string(), deleted: z.literal(true) });
