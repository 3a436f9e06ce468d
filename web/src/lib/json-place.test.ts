import { expect, test } from "vitest";
import { jsonProblem, lineOf } from "./json-place.ts";

const TEXT = JSON.stringify(
  {
    strategy: "fallback",
    targets: [
      { model: 'openai/"a', when: { "tags.env": ["prod"], hour: { below: 9 } } },
      { strategy: "cheapest", targets: [{ model: "openai/b" }, { model: "c" }] },
    ],
  },
  null,
  2,
);
const lineWith = (part: string) => TEXT.split("\n").findIndex((line) => line.includes(part)) + 1;

test.each([
  ["strategy", '"strategy": "fallback"'],
  ["targets", '"targets": ['],
  ["targets.0.when.tags.env", '"tags.env"'],
  ["targets.0.when.hour", '"hour"'],
  ["targets.1.targets.1.model", '"c"'],
])("the line of %s", (path, part) => {
  expect(lineOf(TEXT, path)).toBe(lineWith(part));
});

test("of what is not there, the line of what is around it", () => {
  expect(lineOf(TEXT, "targets.1.weight")).toBe(lineWith('"strategy": "cheapest"') - 1);
  expect(lineOf(TEXT, "name")).toBe(1);
  expect(lineOf("[]", "0.model")).toBe(1);
});

test("a text that is no JSON says where it stops being so", () => {
  expect(jsonProblem(TEXT)).toBeNull();
  expect(jsonProblem('{\n  "a": 1,\n  b: 2\n}')?.line).toBe(3);
  expect(jsonProblem("{")?.line).toBe(1);
});
