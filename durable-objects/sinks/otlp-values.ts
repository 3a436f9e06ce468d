/** Values in OTLP's JSON: 64-bit integers are decimal text, and bytes that name something are hex. */

/** A double is told from an integer by its wrapper, as a whole number of seconds looks like one. */
export interface Double {
  double: number;
}
export type Value = string | number | boolean | Double | null | undefined;

/** Attributes as OTLP has them, without those that are null or undefined. Numbers are integers. */
export const attributes = (values: Record<string, Value>) =>
  Object.entries(values).flatMap(([key, value]) => (value == null ? [] : [{ key, value: anyValue(value) }]));

function anyValue(value: NonNullable<Value>) {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return { intValue: String(Math.round(value)) };
    default:
      return { doubleValue: value.double };
  }
}

/** Milliseconds since the epoch as nanoseconds; fractions down to a microsecond stay exact. */
export const unixNano = (ms: number): string => `${Math.round(ms * 1_000)}000`;
