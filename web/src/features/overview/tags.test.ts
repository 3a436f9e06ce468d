import { expect, test } from "vitest";
import type { SummaryRow } from "../../api/types.ts";
import { ofTagName, tagNamesOf } from "./tags.ts";

const row = (tag: string | null, requests: number): SummaryRow => ({ tag, requests }) as SummaryRow;

test("tags are told apart by their name, the one of most requests first", () => {
  const rows = [row("env=prod", 5), row("feature=a=b", 4), row("feature=c", 4), row(null, 99)];
  expect(tagNamesOf(rows)).toEqual(["feature", "env"]);
  expect(ofTagName(rows, "feature").map(({ tag }) => tag)).toEqual(["feature=a=b", "feature=c"]);
  expect(ofTagName(rows, undefined)).toEqual([]);
});
