import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

const cells = (...values: unknown[]): string =>
  csvOf<unknown[]>(
    values.map((_, i) => [`c${i}`, (row) => row[i]]),
    [values],
  ).split("\r\n")[1] ?? "";

test("begins with the names of its columns, a line a row", () => {
  const rows = [{ n: 1 }, { n: 2 }];
  expect(csvOf([["number", ({ n }) => n]], rows)).toBe("number\r\n1\r\n2\r\n");
});

test("quotes what would end a cell or a row", () => {
  expect(csvOf([["a", (text: string) => text]], ['one, "two"\nthree'])).toBe('a\r\n"one, ""two""\nthree"\r\n');
});

test("leaves nothing where there is nothing, and writes objects as JSON", () => {
  expect(cells(null, undefined, false, { a: 1 })).toBe(',,false,"{""a"":1}"');
});

test("is no formula in a spreadsheet, whatever somebody called their key", () => {
  expect(cells("=1+1", "+1", "@x", "-2+3", "-2.5", "a=b")).toBe("'=1+1,'+1,'@x,'-2+3,-2.5,a=b");
});
