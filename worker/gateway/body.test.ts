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
