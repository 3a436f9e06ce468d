import { describe, expect, it } from "vitest";
import { idWith, pack, splitId, unpack } from "./stash.ts";

const METADATA = { google: { thoughtSignature: "c2lnbmF0dXJl+/==" }, anthropic: { signature: "ünïcode" } };

describe("what a provider wants back", () => {
  it("comes back as it was", () => {
    expect(unpack(pack(METADATA))).toEqual(METADATA);
    expect(splitId(idWith("call_1", METADATA))).toEqual({ id: "call_1", metadata: METADATA });
  });

  it("is nothing where there was nothing", () => {
    expect(pack({})).toBeNull();
    expect(idWith("call_1", undefined)).toBe("call_1");
    expect(splitId("call_1")).toEqual({ id: "call_1", metadata: undefined });
  });

  it("stands in an id that every provider takes", () => {
    expect(idWith("call_1", METADATA)).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  it("is told apart from what is somebody else's", () => {
    for (const other of ["EuiZhQEK45mFAQERTTIP77J6", "not base64!", "", null, btoa("{}")]) {
      expect(unpack(other)).toBeUndefined();
    }
    expect(splitId("call_1__mtr1_!!")).toEqual({ id: "call_1", metadata: undefined });
  });
});
