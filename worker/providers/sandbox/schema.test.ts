import { describe, expect, it } from "vitest";
import { exampleOf } from "./schema.ts";

describe("a value for a schema", () => {
  it("has every property, in the type and the choice that it asks for", () => {
    const schema = {
      type: "object",
      properties: {
        city: { type: "string" },
        unit: { enum: ["c", "f"] },
        days: { type: "integer", minimum: 3 },
        kind: { const: "forecast" },
        hourly: { type: ["boolean", "null"] },
        places: { type: "array", items: { $ref: "#/$defs/place" }, minItems: 2 },
        when: { anyOf: [{ type: "null" }, { type: "string", format: "date" }] },
      },
      $defs: { place: { type: "object", properties: { name: { type: "string", maxLength: 3 } }, required: ["name"] } },
    };
    expect(exampleOf(schema, "Paris")).toEqual({
      city: "Paris",
      unit: "c",
      days: 3,
      kind: "forecast",
      hourly: true,
      places: [{ name: "Par" }, { name: "Par" }],
      when: "2026-01-01",
    });
  });

  it("follows Gemini's upper-case types", () => {
    expect(exampleOf({ type: "OBJECT", properties: { n: { type: "NUMBER" } } }, "x")).toEqual({ n: 1 });
  });

  it("stays small where the schema refers to itself over and over", () => {
    const names = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: "#" }]));
    const value = exampleOf({ type: "object", properties, required: names, minItems: 1e9 }, "x");
    expect(JSON.stringify(value).length).toBeLessThan(100_000);
    expect(exampleOf({ type: "array", minItems: 1e9, maxItems: 1e9, items: {} }, "x")).toHaveLength(64);
    expect(exampleOf({ type: "string", minLength: 1e9 }, "x")).toHaveLength(1_000);
  });
});
