/** What an alert says to people, and how each kind of channel writes it. Names are a tenant's text: nothing in them is markup. */
import type { Alert, AlertFacts, Amounts } from "../worker/core/alert.ts";
import type { Scope } from "../worker/core/policy.ts";

/** An alert for people: a line of ours, and facts that may hold a tenant's text. */
export interface Letter {
  title: string;
  facts: { name: string; value: string }[];
}

const MAX_VALUE = 300;

export function letterOf({ time, facts }: Alert): Letter {
  const lines = factsFor(facts).map(([name, value]) => ({ name, value: plain(value) }));
  lines.push({ name: "Time", value: stamp(new Date(time).toISOString()) });
  return { title: titleOf(facts), facts: lines };
}

function titleOf(facts: AlertFacts): string {
  switch (facts.type) {
    case "budget.threshold":
      return `Budget at ${facts.threshold_percent} %`;
    case "budget.forecast":
      return "Budget will not last for its period";
    case "budget.exceeded":
      return "Budget refuses requests";
    case "provider.failing":
      return "Provider is failing";
    case "alert.test":
      return "Test alert";
  }
}

function factsFor(facts: AlertFacts): [string, string][] {
  switch (facts.type) {
    case "budget.threshold":
    case "budget.forecast":
    case "budget.exceeded": {
      const { budget, subject, resets_at } = facts;
      const whose = coveredBy(budget.scope, subject);
      const isMoney = budget.unit === "usd";
      const lines: [string, string][] = [
        // Some channels show the first line alone.
        ["Budget", subject === undefined ? budget.name : `${budget.name}, ${whose}`],
        ["Covers", whose],
        [isMoney ? "Spent" : "Used", `${amount(facts, "spent", !isMoney)} of ${amount(facts, "limit")}`],
      ];
      if (facts.type === "budget.forecast") lines.push(["Expected", amount(facts, "expected")]);
      if (!budget.rolling) {
        return [...lines, ["Period", budget.period], ["Resets", resets_at === null ? "never" : stamp(resets_at)]];
      }
      lines.push(["Period", `the last ${budget.period}, rolling`]);
      if (resets_at !== null) lines.push(["Frees up", `from ${stamp(resets_at)}`]);
      return lines;
    }
    case "provider.failing":
      return [
        ["Provider", facts.provider],
        ["Failed", `${facts.failed} of ${facts.attempts} attempts in ${facts.window_seconds / 60} minutes`],
      ];
    case "alert.test":
      return [
        ["Channel", facts.channel.name],
        ["Meaning", "This channel works. Nothing else happened."],
      ];
  }
}

/** Whose counters these are: `team search`, `tag customer=acme`; of a budget that counts apart, the subject's. */
function coveredBy({ type, id }: Scope, subject: string | undefined): string {
  if (subject === undefined) return id === null ? type : `${type} ${id}`;
  return type === "tag" && id !== null ? `tag ${id.slice(0, -1)}${subject}` : `${type} ${subject}`;
}

/** `$12.50`, `1,200 tokens`; a count may stand without its name, where the next one has it. */
function amount(amounts: Amounts, name: "limit" | "spent" | "expected", isBare = false): string {
  for (const [field, value] of Object.entries(amounts)) {
    if (!field.startsWith(`${name}_`)) continue;
    if (typeof value === "string") return `$${value.replace(/(\.\d{2}\d*?)0+$/, "$1")}`;
    const count = value.toLocaleString("en-US");
    return isBare ? count : `${count} ${field.slice(name.length + 1)}`;
  }
  return "";
}

const stamp = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

/** One line, not too long. */
const plain = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}…` : line;
};

/** Slack: blocks of `plain_text`, in which nothing is markup; the notification's text is escaped, and no markdown either. */
export function slackBody(letter: Letter): string {
  const text = (of: string) => ({ type: "plain_text", text: of, emoji: false });
  const escaped = (of: string) => of.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return JSON.stringify({
    text: escaped([letter.title, ...letter.facts.slice(0, 1).map(({ value }) => value)].join(": ")),
    mrkdwn: false,
    blocks: [
      { type: "header", text: text(letter.title) },
      { type: "section", fields: letter.facts.map(({ name, value }) => text(`${name}\n${value}`)) },
    ],
  });
}

/** Discord: an embed with every sign of markdown escaped, and nobody mentioned. */
export function discordBody(letter: Letter): string {
  const escaped = (of: string) => of.replace(/[!-/:-@[-`{-~]/g, "\\$&");
  return JSON.stringify({
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: letter.title,
        fields: letter.facts.map(({ name, value }) => ({ name, value: escaped(value) || "–", inline: true })),
      },
    ],
  });
}

/** Email: plain text. */
export const emailOf = (letter: Letter): { subject: string; text: string } => ({
  subject: `meterr: ${[letter.title, ...letter.facts.slice(0, 1).map(({ value }) => value)].join(": ")}`,
  text: `${letter.title}\n\n${letter.facts.map(({ name, value }) => `${name}: ${value}`).join("\n")}\n`,
});
