import { expect, it } from "vitest";
import { REDACTED_KINDS, type Redaction, redactJson, redactText } from "./redact.ts";

const rules = (some: Partial<Redaction>): Redaction => ({ kinds: [], fields: [], texts: [], ...some });
const all = rules({ kinds: REDACTED_KINDS });

it.each([
  ["write to ada.l+x@mail.example.co.uk now", "write to [emails] now"],
  ["pay with 4111 1111 1111 1111, please", "pay with [card_numbers], please"],
  ["call +44 20 7946 0958", "call [phone_numbers]"],
  ["from 203.0.113.7:", "from [ip_addresses]:"],
  ["key sk-proj-abcdefghijklmnop1234 here", "key [secrets] here"],
  ["Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization: [secrets]"],
  ["jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl!", "jwt [secrets]!"],
])("takes what it knows out of %j", (text, expected) => {
  expect(redactText(text, all)).toBe(expected);
});

it.each(["version 1.2.3 of 2026-11-24", "4111 1111 1111 1112 is no card", "see §12.4, 300 items at 19.99", "a@b"])(
  "leaves %j as it is",
  (text) => {
    expect(redactText(text, rules({ kinds: ["emails", "card_numbers", "ip_addresses", "secrets"] }))).toBe(text);
  },
);

it("takes out texts and the values of fields, however deep, whatever their case", () => {
  const value = { Password: { a: 1 }, list: [{ password: "x" }, "Project Blue is secret"], n: 1, no: null };
  expect(redactJson(value, rules({ fields: ["password"], texts: ["Project Blue"] }))).toEqual({
    Password: "[redacted]",
    list: [{ password: "[redacted]" }, "[redacted] is secret"],
    n: 1,
    no: null,
  });
});

it("takes time in proportion to the text, whatever is in it", () => {
  const time = (text: string) => {
    const from = performance.now();
    redactText(text, all);
    return performance.now() - from;
  };
  for (const piece of ["a.", "1 ", "a@a.", "eyJaaaaaaaa.", "sk-a", "Bearer ", "0."]) {
    time(piece.repeat(300));
    expect(time(piece.repeat(30_000)), piece).toBeLessThan(3_000);
  }
});
