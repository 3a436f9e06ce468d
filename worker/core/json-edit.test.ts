import { expect, test } from "vitest";
import { setField } from "./json-edit.ts";

test("a new field goes to the front and no other byte changes", () => {
  expect(setField('{ "model":"m",\n "x": 1.0}', ["stream_options"], '{"include_usage":true}')).toBe(
    '{"stream_options":{"include_usage":true}, "model":"m",\n "x": 1.0}',
  );
  expect(setField(" {} ", ["a", "b"], "1")).toBe(' {"a":{"b":1}} ');
});

test("an existing field is replaced in place, however deep", () => {
  expect(setField('{"a":[1,{"b":2}],"c" : {"b": 3, "d":4} ,"e":"}"}', ["c", "b"], "9")).toBe(
    '{"a":[1,{"b":2}],"c" : {"b": 9, "d":4} ,"e":"}"}',
  );
  expect(setField('{"a":null}', ["a", "b"], "true")).toBe('{"a":{"b":true}}');
});

test("quotes, braces and escapes inside strings do not mislead it", () => {
  const text = String.raw`{"m":"a \"cap\": {\\","cap" : 12 , "z":[]}`;
  expect(setField(text, ["cap"], "7")).toBe(String.raw`{"m":"a \"cap\": {\\","cap" : 7 , "z":[]}`);
  expect(setField(String.raw`{"c\u0061p":1}`, ["cap"], "7")).toBe(String.raw`{"c\u0061p":7}`);
});

test("of a field that stands twice the last one is set, which is the one that parsers take", () => {
  expect(JSON.parse(setField('{"n":1,"n":2}', ["n"], "3"))).toEqual({ n: 3 });
});
