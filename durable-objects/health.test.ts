import { describe, expect, test } from "vitest";
import type { HealthReport, HealthWord, Sign } from "../worker/core/health.ts";
import { HealthDesk } from "./health.ts";

const T = 1_800_000_000_000;
const FAILURE: Sign = { kind: "failure", waitMs: null };
const SUCCESS: Sign = { kind: "success" };

const report = (signs: readonly Sign[], over: Partial<HealthReport> = {}): HealthReport => ({
  provider: "openai",
  model: "gpt-5-mini",
  credential: "cred_1",
  signs,
  agoMs: 0,
  attempts: signs.length,
  failures: signs.filter(({ kind }) => kind !== "success").length,
  error: "503",
  firstBytes: [],
  firstTokenMs: null,
  isProbing: false,
  ...over,
});
const words = (desk: HealthDesk, wallet: string, seen: number, now: number): readonly HealthWord[] =>
  desk.tell(wallet, seen, now)?.words ?? [];

describe("health that isolates share", () => {
  test("is known to a fresh isolate from its first answer, and told to others once", () => {
    const desk = new HealthDesk(null, T);
    const [changed] = desk.hear("a", [report([FAILURE, FAILURE, FAILURE])], T);
    expect(changed).toMatchObject({ state: "open", since: T, lastError: { error: "503", at: T } });
    const told = desk.tell("b", 0, T + 500);
    expect(told?.words).toMatchObject([{ provider: "openai", credential: "cred_1", opened: 1 }]);
    // The one that saw it probes it first; the next waits for what that one finds.
    expect(told?.words[0]?.openForMs).toBe(1_500 + 3_000);
    expect(desk.tell("b", told?.version ?? 0, T + 600)).toBeUndefined();
  });

  test("adds up: three isolates with a failure each open it, successes between them do not", () => {
    const desk = new HealthDesk(null, T);
    for (const wallet of ["a", "b", "c"]) desk.hear(wallet, [report([FAILURE])], T);
    expect(desk.view(T)[0]).toMatchObject({ state: "open", attempts: 3, failures: 3 });
    const other = new HealthDesk(null, T);
    for (const wallet of ["a", "b", "c"]) other.hear(wallet, [report([FAILURE, SUCCESS, SUCCESS])], T);
    expect(other.view(T)[0]).toMatchObject({ state: "closed", since: null, attempts: 9, failures: 3 });
  });

  test("does not open for longer because many saw the same fault at once", () => {
    const desk = new HealthDesk(null, T);
    for (const wallet of ["a", "b", "c", "d"]) desk.hear(wallet, [report([FAILURE, FAILURE, FAILURE])], T);
    expect(desk.view(T)[0]?.openUntil).toBe(T + 2_000);
  });

  test("has the isolates probe in turn, and everyone within 30 s of a recovery", () => {
    const desk = new HealthDesk(null, T);
    let now = T;
    for (let i = 0; i < 8; i++) {
      desk.hear("a", [report(i === 0 ? [FAILURE, FAILURE, FAILURE] : [FAILURE])], now);
      now = (desk.view(now)[0]?.openUntil ?? now) + 1;
    }
    const at = now - 16_001;
    const pauses = ["b", "c", "d", "e"].map((wallet) => words(desk, wallet, 0, at)[0]?.openForMs ?? 0);
    expect(pauses[1]).toBeGreaterThan(pauses[0] as number);
    expect(Math.max(...pauses)).toBeLessThan(30_000);
  });

  test("keeps others away while a probe is under way, and lets them in when it went well", () => {
    const desk = new HealthDesk(null, T);
    desk.hear("a", [report([FAILURE, FAILURE, FAILURE])], T);
    const first = desk.tell("b", 0, T);
    desk.hear("a", [report([], { isProbing: true })], T + 2_100);
    const probing = desk.tell("b", first?.version ?? 0, T + 2_200);
    expect(probing?.words[0]?.openForMs).toBeGreaterThan(8_000);
    expect(desk.view(T + 2_200)[0]?.state).toBe("half-open");
    const [closed] = desk.hear("a", [report([SUCCESS])], T + 2_500);
    expect(closed).toMatchObject({ state: "closed", since: T + 2_500 });
    expect(words(desk, "b", probing?.version ?? 0, T + 2_600)).toMatchObject([{ openForMs: null }]);
  });

  test("has rates and times of the last five minutes, and survives its instance", () => {
    const desk = new HealthDesk(null, T);
    desk.hear("a", [report([SUCCESS, FAILURE], { firstBytes: [0, 0, 0, 5] })], T);
    desk.hear("a", [report([SUCCESS, SUCCESS])], T + 60_000);
    const later = new HealthDesk(desk.text(), T + 70_000);
    expect(later.view(T + 70_000)[0]).toMatchObject({ attempts: 4, failures: 1 });
    expect(later.view(T + 70_000)[0]?.firstByteMs).toBeGreaterThan(125);
    expect(later.view(T + 300_000)[0]).toMatchObject({ attempts: 2, failures: 0, firstByteMs: null });
    expect(later.view(T + 86_500_000)).toEqual([]);
    // What cannot be read is forgotten: it is no reason for a ledger not to wake.
    for (const copy of ["", "{", "null", "{}"]) expect(new HealthDesk(copy, T).view(T)).toEqual([]);
  });

  test("is bounded: what was not heard of for longest is forgotten", () => {
    const desk = new HealthDesk(null, T);
    for (let i = 0; i < 400; i++) desk.hear("a", [report([SUCCESS], { model: `m-${i}` })], T + i);
    const view = desk.view(T + 400);
    expect(view).toHaveLength(300);
    expect(view.some(({ model }) => model === "m-0")).toBe(false);
  });

  test("tells a time to the first token anew only where it moved", () => {
    const desk = new HealthDesk(null, T);
    const measured = (firstTokenMs: number) => desk.hear("a", [report([SUCCESS], { firstTokenMs })], T);
    measured(400);
    const first = desk.tell("b", 0, T);
    expect(first?.words).toMatchObject([{ openForMs: null, firstTokenMs: 400 }]);
    measured(420);
    expect(desk.tell("b", first?.version ?? 0, T)).toBeUndefined();
    measured(600);
    expect(words(desk, "b", first?.version ?? 0, T)).toMatchObject([{ firstTokenMs: 600 }]);
  });
});
