import { expect, it, vi } from "vitest";
import { framesOf, log, reasonOf } from "./log.ts";

it("writes a line of JSON", () => {
  const said = vi.spyOn(console, "warn").mockImplementation(() => {});
  log("warn", "email not delivered", { status: 500 });
  expect(said.mock.calls).toEqual([['{"level":"warn","message":"email not delivered","status":500}']]);
  said.mockRestore();
});

it("tells why a query failed, and none of its values", () => {
  const cause = new Error("D1_ERROR: Network connection lost.");
  const error = new Error('Failed query: insert into "session" values (?, ?)\nparams: s3cret,\n$2', { cause });
  const frames = "    at first (a.js:1:2)\n    at second (b.js:3:4)";
  error.stack = `Error: ${error.message}\n${frames}`;
  expect(reasonOf(error)).toBe(
    'Error: Failed query: insert into "session" values (?, ?); by Error: D1_ERROR: Network connection lost.',
  );
  expect(framesOf(error)).toBe("at first (a.js:1:2)\nat second (b.js:3:4)");
  expect(reasonOf("text")).toBe("text");
  expect(framesOf("text")).toBe("");
});
