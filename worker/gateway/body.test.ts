import { expect, test } from "vitest";
import { readBody } from "./body.ts";

async function formOf(fields: readonly (readonly [string, string])[]) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  const request = new Request("https://meterr.test", { method: "POST", body: form });
  return readBody(request, request.headers, true);
}

test("a form that says twice what it costs is none: providers do not agree on which counts", async () => {
  for (const name of ["model", "n", "size", "quality"]) {
    const read = await formOf([
      [name, "1"],
      [name, "10"],
    ]);
    expect(read).toMatchObject({ ok: false, error: { code: "invalid_request" } });
  }
  const lists = await formOf([
    ["model", "whisper-1"],
    ["timestamp_granularities[]", "word"],
    ["timestamp_granularities[]", "segment"],
  ]);
  expect(lists.ok).toBe(true);
});

test.each([
  ["of declared length", "30"],
  ["of undeclared length", null],
])("a body %s that breaks off is no request, and no fault of ours", async (_, length) => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (pulled++ > 0) throw new Error("Network connection lost.");
      controller.enqueue(new TextEncoder().encode('{"model":'));
    },
  });
  const request = new Request("https://meterr.test", { method: "POST", body });
  const read = await readBody(request, new Headers(length === null ? {} : { "content-length": length }), true);
  expect(read).toMatchObject({ ok: false, error: { code: "invalid_request", status: 400 } });
});
