import { expect, test } from "vitest";
import { reasonOf } from "./batch.ts";

test("a sink's status says what went wrong in words of ours", () => {
  expect(reasonOf(new DOMException("aborted", "TimeoutError"))).toBe("no answer in time");
  expect(reasonOf(new Error("internal error; reference = gqpenpuqp12mbhqfqi"))).toBe("cannot be reached");
  expect(reasonOf(new Error("Network connection lost."))).toBe("Network connection lost.");
  expect(reasonOf("x".repeat(10_000)).length).toBeLessThan(1_000);
});
