import { expect, test } from "vitest";
import { HeaderMap } from "../../core/header-map.ts";
import { leadUploadsBack } from "./upload-address.ts";

const HERE = "https://meterr.example:8787/upload/v1beta/files?x=1";

function rewritten(address: string): string | null {
  const headers = new HeaderMap([["x-goog-upload-url", address]]);
  leadUploadsBack(headers, HERE);
  return headers.get("x-goog-upload-url");
}

test("an upload goes on through us, at the same path and with the same query", () => {
  expect(rewritten("https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=a%2Fb&p=resumable")).toBe(
    "https://meterr.example:8787/upload/v1beta/files?upload_id=a%2Fb&p=resumable",
  );
});

test("the path of a credential's own origin is the gateway's to add again", () => {
  expect(rewritten("https://proxy.example/google/upload/v1beta/files?upload_id=1")).toBe(
    "https://meterr.example:8787/upload/v1beta/files?upload_id=1",
  );
});

test("what is no upload's address stays", () => {
  expect(rewritten("https://storage.example/elsewhere?upload_id=1")).toBe(
    "https://storage.example/elsewhere?upload_id=1",
  );
  expect(rewritten("no address")).toBe("no address");
});
