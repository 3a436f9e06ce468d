import { describe, expect, it } from "vitest";
import { readControls, splitModel, withoutMarkers } from "./controls.ts";

const controlsOf = (system: string, user = "", options = "") => {
  const read = readControls("openai", system, user, options);
  if (!read.ok) throw new Error(read.problem);
  return read.controls;
};

describe("the options behind a model's name", () => {
  it("are split off", () => {
    expect(splitModel("gpt-5-mini@error=429,retry_after=2")).toEqual({
      model: "gpt-5-mini",
      options: "error=429,retry_after=2",
    });
    expect(splitModel("gpt-5-mini@reset").options).toBe("reset");
  });

  it("are not mistaken for a version that Vertex puts there", () => {
    expect(splitModel("claude-sonnet-4-5@20250929")).toEqual({ model: "claude-sonnet-4-5@20250929", options: "" });
  });
});

describe("the markers in a text", () => {
  it("name waits in milliseconds and seconds, counts and words", () => {
    const controls = controlsOf('[[sandbox: latency=500ms ttft=1.5s chunk_delay=20 tokens=200 say="Hi, you"]]');
    expect(controls).toEqual({ latencyMs: 500, ttftMs: 1500, chunkDelayMs: 20, tokens: 200, say: "Hi, you" });
  });

  it("are overridden by the user's, and these by the model's name", () => {
    const controls = controlsOf("[[sandbox: tokens=1 chunks=1 cut=1]]", "[[sandbox: tokens=2 chunks=2]]", "tokens=3");
    expect(controls).toEqual({ tokens: 3, chunks: 2, cut: 1 });
  });

  it("count for one provider alone where they say so", () => {
    const text = "[[sandbox: error=503 on=anthropic]] [[sandbox: tokens=5 on=openai]]";
    expect(controlsOf(text)).toEqual({ tokens: 5 });
  });

  it("name an error by status or kind, with the time to wait", () => {
    expect(controlsOf("[[sandbox: error=429 retry_after=2]]").error).toEqual({
      kind: "rate_limit",
      status: 429,
      retryAfterSeconds: 2,
    });
    expect(controlsOf("[[sandbox: error=content_policy]]").error).toEqual({ kind: "content_policy", status: 400 });
    expect(controlsOf("[[sandbox: error=418]]").error).toEqual({ kind: "invalid", status: 418 });
  });

  it("are refused where they are not known", () => {
    expect(readControls("openai", "[[sandbox: latncy=5]]", "", "")).toEqual({
      ok: false,
      problem: "no such option: latncy=5",
    });
    expect(readControls("openai", "[[sandbox: tokens=many]]", "", "").ok).toBe(false);
    expect(readControls("openai", "[[sandbox: %]]", "", "").ok).toBe(false);
  });

  it("are read in one pass, however many are left open", () => {
    const start = Date.now();
    controlsOf("[[sandbox:".repeat(300_000));
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  it("are left out of what is quoted", () => {
    expect(withoutMarkers("Hello [[sandbox: tokens=5]]")).toBe("Hello");
  });
});
