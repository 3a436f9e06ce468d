import { describe, expect, test } from "vitest";
import { elementsIn, fieldIn, renameField, replaceAll, setField, wholeOf } from "./json-edit.ts";

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

test("a field is renamed where it stands, and its value stays as it was written", () => {
  expect(renameField('{"a":{"cap":1}, "cap" : 1.0e2 ,"b":2}', "cap", "max")).toBe(
    '{"a":{"cap":1}, "max" : 1.0e2 ,"b":2}',
  );
  expect(renameField('{"a":1}', "cap", "max")).toBe('{"a":1}');
});

describe("places in a text", () => {
  const text = '{"a":[ 1, {"b":"]"} ,"x" ,[2] ],"c":[],"a2":{} }';
  const at = (name: string) => fieldIn(text, wholeOf(text), name) ?? { from: 0, to: 0 };

  test("are those of fields and elements, as they are written", () => {
    const elements = elementsIn(text, at("a")).map(({ from, to }) => text.slice(from, to));
    expect(elements).toEqual(["1", '{"b":"]"}', '"x"', "[2]"]);
    expect(elementsIn(text, at("c"))).toEqual([]);
    expect(elementsIn(text, at("a2"))).toEqual([]);
    expect(fieldIn(text, at("a"), "b")).toBeNull();
  });

  test("are replaced together, whatever their order", () => {
    const [one, , , two] = elementsIn(text, at("a"));
    if (!one || !two) throw new Error("no such elements");
    expect(
      replaceAll(text, [
        { ...two, with: "9" },
        { ...one, with: "8" },
        { from: 1, to: 1, with: '"n":0,' },
      ]),
    ).toBe('{"n":0,"a":[ 8, {"b":"]"} ,"x" ,9 ],"c":[],"a2":{} }');
  });
});
