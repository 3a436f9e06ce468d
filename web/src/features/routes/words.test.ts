import { expect, test } from "vitest";
import { bodyOf, conditionWords, modelsIn, SAMPLES, treeIn } from "./words.ts";

test.each([
  ["tags.env", ["prod", "dev*"], "tags.env is prod or dev*"],
  ["user", "anna", "user is anna"],
  ["stream", false, "not stream"],
  ["input_tokens", { at_least: 1_000 }, "input_tokens at least 1,000"],
  ["hour", { at_least: 9, below: 17 }, "hour from 9 to below 17"],
  ["budget.Team A.used", { at_least: 80 }, "Team A used at least 80 %"],
])("a condition on %s reads as words", (field, wanted, words) => {
  expect(conditionWords(field, wanted)).toBe(words);
});

test("a tree is read from what is typed, and from nothing else", () => {
  for (const { body } of SAMPLES) expect(treeIn(JSON.stringify(body))).toMatchObject({ strategy: body.strategy });
  expect(treeIn('{"targets": [{"model": "openai/a"}, {"model": 3}]}')?.targets).toHaveLength(1);
  for (const text of ["", "{", "[]", "null", '{"targets": []}', '{"targets": [{"when": null}]}']) {
    expect(treeIn(text)).toBeNull();
  }
});

test("models are listed in their order, and a body is what a PUT takes", () => {
  const targets = [{ model: "a/1" }, { strategy: "cheapest" as const, targets: [{ model: "b/2" }] }];
  expect(modelsIn(targets)).toEqual(["a/1", "b/2"]);
  expect(bodyOf({ name: "x", version: 3, strategy: "fallback", changed_at: "", created_at: "" })).toEqual({
    strategy: "fallback",
  });
});
