/** What applying a configuration document changes, as the API shows it. */
import * as z from "zod";

const difference = z.strictObject({
  action: z.enum(["create", "update", "delete"]),
  section: z.string(),
  id: z.string().nullable(),
  name: z.string(),
  fields: z.record(z.string(), z.strictObject({ from: z.unknown(), to: z.unknown() })).nullable(),
});
export type ConfigDifference = z.infer<typeof difference>;

export const appliedConfig = z.strictObject({
  dry_run: z.boolean(),
  changes: z.array(difference),
  kept: z
    .array(z.strictObject({ section: z.string(), id: z.string(), name: z.string() }))
    .meta({ description: "What the document does not have, and is left because it carries a secret." }),
});
export type AppliedConfig = z.infer<typeof appliedConfig>;
