/** A saved view as the API shows it. */
import * as z from "zod";
import { time } from "./shapes.ts";

export const viewPage = z.enum(["requests", "sessions", "overview"]);

export const savedView = z.strictObject({
  id: z.string(),
  page: viewPage,
  name: z.string(),
  filters: z.record(z.string(), z.string()),
  created_at: time,
});
export type SavedView = z.infer<typeof savedView>;
