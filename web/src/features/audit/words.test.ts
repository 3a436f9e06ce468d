import { expect, test } from "vitest";
import { actorNamer, fieldsOf, nameOf } from "./words.ts";

test("a change is told field by field, before and after", () => {
  expect(fieldsOf({ before: { name: "a", limit: 5 }, after: { limit: 6, tags: { env: "prod" } } })).toEqual([
    { field: "name", before: "a", after: null },
    { field: "limit", before: "5", after: "6" },
    { field: "tags", before: null, after: '{\n  "env": "prod"\n}' },
  ]);
  expect(fieldsOf({ before: null, after: null })).toEqual([]);
});

test("what is told is called by its name, else by its id", () => {
  const entry = { record_id: "key_1", before: null, after: null } as unknown as Parameters<typeof nameOf>[0];
  expect(nameOf(entry)).toBe("key_1");
  expect(nameOf({ ...entry, before: { name: "old" }, after: { name: "new" } })).toBe("new");
  expect(nameOf({ ...entry, before: { email: "ada@example.com" } })).toBe("ada@example.com");
});

test("who did it has a name as long as they are there", () => {
  const name = actorNamer([{ value: "user:u1", title: "Ada" }]);
  expect([name("user:u1"), name("user:gone"), name("token:tok_1"), name("operator")]).toEqual([
    "Ada",
    "gone",
    "tok_1",
    "operator",
  ]);
});
