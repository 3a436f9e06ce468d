import { describe, expect, test } from "vitest";
import type { HealthWord } from "../core/health.ts";
import { firstTokenMs, isHealthy, noteFirstToken, noteSent, noteSign, takeNews, takeWords } from "./health-book.ts";

const T = 1_800_000_000_000;
const TARGET = { provider: "openai", model: "m" };
let tenants = 0;
const newTenant = () => `book-${++tenants}`;
const failed = (tenant: string, now: number, credential = "cred_1") =>
  noteSign(tenant, TARGET, { credential, sign: { kind: "failure", waitMs: null }, now, error: "503" });
const word = (over: Partial<HealthWord> = {}): HealthWord => ({
  ...TARGET,
  credential: "cred_1",
  openForMs: 2_000,
  opened: 1,
  firstTokenMs: null,
  ...over,
});
const healthyAt = (tenant: string, now: number) => isHealthy(tenant, TARGET, { credential: "cred_1", now });

describe("what an isolate knows of targets", () => {
  test("is told once, with what happened since", () => {
    const tenant = newTenant();
    failed(tenant, T);
    failed(tenant, T + 10);
    expect(takeNews(tenant, T + 60).reports).toMatchObject([
      { ...TARGET, credential: "cred_1", attempts: 2, failures: 2, error: "503", agoMs: 50, isProbing: false },
    ]);
    expect(takeNews(tenant, T + 61).reports).toEqual([]);
    failed(tenant, T + 70);
    expect(takeNews(tenant, T + 80).reports).toMatchObject([{ attempts: 1 }]);
  });

  test("takes in what others saw: left alone for so long, then probed, or used again at once", () => {
    const tenant = newTenant();
    expect(healthyAt(tenant, T)).toBe(true);
    takeWords(tenant, { version: 7, words: [word()] }, { sentAt: T, now: T + 5 });
    expect(healthyAt(tenant, T + 2_004)).toBe(false);
    expect(healthyAt(tenant, T + 2_005)).toBe(true);
    expect(takeNews(tenant, T).seen).toBe(7);
    noteSent(tenant, TARGET, { credential: "cred_1", now: T + 2_010 });
    expect(healthyAt(tenant, T + 2_011)).toBe(false);
    expect(takeNews(tenant, T + 2_012).reports).toMatchObject([{ isProbing: true, attempts: 0 }]);
    takeWords(tenant, { version: 8, words: [word({ openForMs: null })] }, { sentAt: T + 2_020, now: T + 2_030 });
    expect(healthyAt(tenant, T + 2_031)).toBe(true);
  });

  test("trusts what it saw itself since it asked", () => {
    const tenant = newTenant();
    for (let i = 0; i < 3; i++) failed(tenant, T + 10);
    takeWords(tenant, { version: 1, words: [word({ openForMs: null })] }, { sentAt: T, now: T + 20 });
    expect(healthyAt(tenant, T + 20)).toBe(false);
  });

  test("takes others' times to the first token until it has its own", () => {
    const tenant = newTenant();
    takeWords(tenant, { version: 1, words: [word({ firstTokenMs: 300 })] }, { sentAt: T, now: T });
    expect(firstTokenMs(tenant, TARGET)).toBe(300);
    noteFirstToken(tenant, TARGET, 100);
    takeWords(tenant, { version: 2, words: [word({ firstTokenMs: 900 })] }, { sentAt: T, now: T });
    expect(firstTokenMs(tenant, TARGET)).toBe(100);
  });

  test("tells nothing of the sandbox, nor of clients' own credentials that were refused", () => {
    const tenant = newTenant();
    failed(tenant, T, "sandbox");
    noteSign(tenant, TARGET, { credential: "client", sign: { kind: "refused", waitMs: null }, now: T });
    expect(takeNews(tenant, T).reports).toEqual([]);
    expect(isHealthy(tenant, TARGET, { credential: "client", now: T })).toBe(true);
  });
});
