import { expect, test } from "vitest";
import type { Alert } from "../worker/core/alert.ts";
import { discordBody, emailOf, letterOf, slackBody } from "./alert-text.ts";

const EVIL = "<!channel> *bold* [click](https://evil.example) @everyone\r\nBcc: all@example.com";

const alert = (name: string): Alert => ({
  id: "alert_1",
  time: Date.UTC(2026, 10, 24, 10),
  facts: {
    type: "budget.threshold",
    threshold_percent: 80,
    budget: {
      ...{ id: "bud_1", name, scope: { type: "team", id: "search" }, unit: "usd" },
      ...{ period: "month", rolling: false, enforcement: "hard" },
    },
    period_starts_at: "2026-11-01T00:00:00.000Z",
    resets_at: "2026-12-01T00:00:00.000Z",
    limit_usd: "15.000000000",
    spent_usd: "12.000000500",
    remaining_usd: "2.999999500",
  },
});

test("people read what happened, in money as they write it", () => {
  expect(letterOf(alert("Search"))).toEqual({
    title: "Budget at 80 %",
    facts: [
      { name: "Budget", value: "Search" },
      { name: "Covers", value: "team search" },
      { name: "Spent", value: "$12.0000005 of $15.00" },
      { name: "Period", value: "month" },
      { name: "Resets", value: "2026-12-01 00:00 UTC" },
      { name: "Time", value: "2026-11-24 10:00 UTC" },
    ],
  });
});

test("of a session's tokens in a rolling hour, people read whose, how many, and when some come back", () => {
  const letter = letterOf({
    id: "alert_2",
    time: Date.UTC(2026, 10, 24, 10),
    facts: {
      type: "budget.exceeded",
      request: "req_1",
      budget: {
        ...{ id: "bud_2", name: "Agents", scope: { type: "session", id: null }, unit: "tokens" },
        ...{ period: "hour", rolling: true, enforcement: "hard" },
      },
      subject: "abc",
      period_starts_at: null,
      resets_at: "2026-11-24T10:41:00.000Z",
      limit_tokens: 1_500_000,
      spent_tokens: 1_499_999,
      remaining_tokens: 1,
    },
  });
  expect(letter).toEqual({
    title: "Budget refuses requests",
    facts: [
      { name: "Budget", value: "Agents, session abc" },
      { name: "Covers", value: "session abc" },
      { name: "Used", value: "1,499,999 of 1,500,000 tokens" },
      { name: "Period", value: "the last hour, rolling" },
      { name: "Frees up", value: "from 2026-11-24 10:41 UTC" },
      { name: "Time", value: "2026-11-24 10:00 UTC" },
    ],
  });
  expect(emailOf(letter).subject).toBe("meterr: Budget refuses requests: Agents, session abc");
});

test.each([
  [{ type: "session", id: null } as const, "abc", "session abc"],
  [{ type: "tag", id: "customer=*" } as const, "acme", "tag customer=acme"],
  [{ type: "tag", id: "customer=acme" } as const, undefined, "tag customer=acme"],
  [{ type: "model", id: null } as const, "openai/gpt-5-mini", "model openai/gpt-5-mini"],
  [{ type: "tenant", id: null } as const, undefined, "tenant"],
])("what %o covers is named with its subject %s", (scope, subject, covers) => {
  const { facts, ...rest } = alert("Search");
  if (facts.type !== "budget.threshold") throw new Error("another alert");
  const named = { ...facts, budget: { ...facts.budget, scope }, ...(subject !== undefined && { subject }) };
  const letter = letterOf({ ...rest, facts: named });
  expect(letter.facts.find(({ name }) => name === "Covers")?.value).toBe(covers);
});

test("in Slack a name is text: no mention, no markdown, no link", () => {
  const body = JSON.parse(slackBody(letterOf(alert(EVIL))));
  expect(body.text).toContain("&lt;!channel&gt;");
  expect(body.text).not.toContain("<");
  expect(body.mrkdwn).toBe(false);
  for (const { type, emoji } of body.blocks[1].fields)
    expect({ type, emoji }).toEqual({ type: "plain_text", emoji: false });
});

test("in Discord every sign of a name is escaped, and nobody can be mentioned", () => {
  const body = JSON.parse(discordBody(letterOf(alert(EVIL))));
  expect(body.allowed_mentions).toEqual({ parse: [] });
  const { value } = body.embeds[0].fields[0];
  expect(value.replace(/\\[!-/:-@[-`{-~]/g, "")).toMatch(/^[A-Za-z ]+$/);
  expect(value.length).toBeLessThanOrEqual(1_024);
});

test("in email a name cannot begin a header, and long ones are cut", () => {
  expect(emailOf(letterOf(alert(EVIL))).subject).not.toMatch(/[\r\n]/);
  expect(emailOf(letterOf(alert("x".repeat(5_000)))).text.length).toBeLessThan(1_000);
});
