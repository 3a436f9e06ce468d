/** Alerts in words. */
import type { AlertType, ChannelType, DeliveryAttempt, FiredAlert } from "../../api/types.ts";
import type { Tone } from "../../components/ui/badge.tsx";
import { formatCount, formatUsd } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";

export const CHANNEL_TITLES: Record<ChannelType, string> = {
  webhook: "Webhook",
  slack: "Slack",
  discord: "Discord",
  email: "Email",
};

export const EVENTS: readonly { value: AlertType; title: string; text: string }[] = [
  {
    value: "budget.threshold",
    title: "Budget near its limit",
    text: "What is used reaches 80 %, 100 %, or what it says.",
  },
  { value: "budget.forecast", title: "Budget will not last", text: "By its pace it ends before its period does." },
  { value: "budget.exceeded", title: "Budget used up", text: "A hard budget refuses its first request." },
  { value: "provider.failing", title: "Provider failing", text: "A quarter of its requests fail for five minutes." },
];

export const eventTitle = (event: string): string => EVENTS.find(({ value }) => value === event)?.title ?? "Test";

export const EVENT_TONES: Record<AlertType, Tone> = {
  "budget.threshold": "warn",
  "budget.forecast": "warn",
  "budget.exceeded": "bad",
  "provider.failing": "bad",
};

export const ATTEMPTS: Record<DeliveryAttempt["status"], { tone: Tone; title: string }> = {
  sending: { tone: "neutral", title: "Sending" },
  delivered: { tone: "ok", title: "Delivered" },
  failed: { tone: "warn", title: "Failed" },
  gave_up: { tone: "bad", title: "Given up" },
  interrupted: { tone: "neutral", title: "Interrupted" },
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What an alert is about: the budget's name, or the provider's. */
export function subjectOf(alert: FiredAlert): string {
  const { budget, provider, subject } = alert;
  const name = isRecord(budget) ? String(budget.name) : String(provider ?? "");
  return typeof subject === "string" ? `${name} (${subject})` : name;
}

/** What an alert says beside what it is about. */
export function sentenceOf(alert: FiredAlert): string {
  const amounts = `${amountOf(alert, "spent")} of ${amountOf(alert, "limit")}`;
  switch (alert.type) {
    case "budget.threshold":
      return `reached ${String(alert.threshold_percent)} %: ${amounts}`;
    case "budget.forecast":
      return `is expected to reach ${amountOf(alert, "expected")} of ${amountOf(alert, "limit")}`;
    case "budget.exceeded":
      return `refuses requests: ${amounts}`;
    case "provider.failing":
      return `failed ${String(alert.failed)} of ${String(alert.attempts)} attempts in five minutes`;
  }
}

/** An amount of an alert, in the unit of its budget. */
function amountOf(alert: FiredAlert, name: "spent" | "limit" | "expected"): string {
  const usd = alert[`${name}_usd`];
  if (typeof usd === "string") return formatUsd(nanosOf(usd));
  for (const unit of ["tokens", "requests"]) {
    const count = alert[`${name}_${unit}`];
    if (typeof count === "number") return `${formatCount(count)} ${unit}`;
  }
  return "–";
}
