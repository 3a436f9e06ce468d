import { describe, expect, test } from "vitest";
import { afterSending, afterSign, type Circuit, CLOSED, healthOf } from "./health.ts";

const failure = { kind: "failure", waitMs: null } as const;
const success = { kind: "success" } as const;
const failed = (circuit: Circuit, times: number, now: number): Circuit =>
  Array.from({ length: times }).reduce<Circuit>((one) => afterSign(one, failure, now), circuit);

describe("a circuit", () => {
  test("opens at the third failure in a row, and not for single ones", () => {
    expect(healthOf(failed(CLOSED, 2, 0), 0)).toBe("closed");
    expect(healthOf(failed(CLOSED, 3, 0), 0)).toBe("open");
    let circuit: Circuit = CLOSED;
    for (let i = 0; i < 9; i++) circuit = afterSign(circuit, i % 3 === 0 ? failure : success, 0);
    expect(healthOf(circuit, 0)).toBe("closed");
  });

  test("opens where half of the last requests failed, though never three in a row", () => {
    let circuit: Circuit = CLOSED;
    for (let i = 0; i < 6; i++) circuit = afterSign(circuit, i % 2 === 0 ? success : failure, 0);
    expect(healthOf(circuit, 0)).toBe("open");
  });

  test("lets one probe through after its pause; the others wait for what it says", () => {
    const open = failed(CLOSED, 3, 1_000);
    expect(healthOf(open, 2_999)).toBe("open");
    expect(healthOf(open, 3_000)).toBe("half-open");
    const probing = afterSending(open, 3_000);
    expect(healthOf(probing, 3_001)).toBe("open");
    expect(healthOf(afterSign(probing, success, 3_100), 3_100)).toBe("closed");
    expect(healthOf(afterSign(probing, failure, 3_100), 7_099)).toBe("open");
    expect(healthOf(afterSign(probing, failure, 3_100), 7_100)).toBe("half-open");
    // A probe that was lost does not keep it open for ever.
    expect(healthOf(probing, 13_001)).toBe("half-open");
  });

  test("pauses longer each time, and never so long that a recovery takes half a minute to be noticed", () => {
    let circuit: Circuit = failed(CLOSED, 3, 0);
    let now = 0;
    for (let i = 0; i < 10; i++) {
      now = circuit.openUntil;
      circuit = afterSign(afterSending(circuit, now), failure, now);
      expect(circuit.openUntil - now).toBeLessThanOrEqual(16_000);
    }
    expect(circuit.openUntil - now).toBe(16_000);
  });

  test("is not opened for longer by what was under way when it opened", () => {
    expect(failed(CLOSED, 30, 0).openUntil).toBe(2_000);
    expect(afterSign(failed(CLOSED, 3, 0), { kind: "failure", waitMs: 5_000 }, 10).openUntil).toBe(5_010);
  });

  test("opens at once where the provider asks to be left alone, or refuses the credential", () => {
    expect(afterSign(CLOSED, { kind: "failure", waitMs: 500 }, 0).openUntil).toBe(500);
    expect(afterSign(CLOSED, { kind: "failure", waitMs: 900_000 }, 0).openUntil).toBe(16_000);
    expect(healthOf(afterSign(CLOSED, { kind: "refused", waitMs: null }, 0), 1)).toBe("open");
  });
});
