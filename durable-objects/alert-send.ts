/** One attempt to deliver one alert: the only place that speaks to the addresses of channels. */
import { Webhook } from "standardwebhooks";
import { type Alert, type AlertChannel, type ChannelSecret, messageOf } from "../worker/core/alert.ts";
import { type EmailBindings, emailRoute, handOver, NO_EMAIL } from "../worker/core/email.ts";
import { log, reasonOf } from "../worker/core/log.ts";
import { open } from "../worker/core/sealed.ts";
import { discordBody, emailOf, letterOf, slackBody } from "./alert-text.ts";

export interface Sending {
  alert: Alert;
  channel: AlertChannel;
  tenant: string;
  /** Of this attempt: goes along with a webhook, so that its log and ours can be compared. */
  attemptId: string;
}

export type SendingBindings = EmailBindings & { METERR_MASTER_KEY: string };

export type Sent =
  | { ok: true; httpStatus: number | null }
  | { ok: false; httpStatus: number | null; error: string; retryAfterMs: number };

export const TIMEOUT_MS = 10_000;
/** Of an answer that is no success, for the log. */
const MAX_ANSWER = 200;
/** RFC 9110: `retry-after` is seconds or a date; more than this is not waited for. */
const RETRY_AFTER_CAP_MS = 21_600_000;

/** Delivers, or says why not; never throws. */
export async function send(env: SendingBindings, sending: Sending): Promise<Sent> {
  try {
    return sending.channel.type === "email" ? await sendEmail(env, sending) : await sendPost(env, sending);
  } catch (cause) {
    // fetch and the email binding report what went wrong by throwing.
    log("warn", "alert not delivered", { channel: sending.channel.id, reason: reasonOf(cause) });
    const timedOut = cause instanceof Error && cause.name === "TimeoutError";
    return failed(null, timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : "could not be reached");
  }
}

async function sendPost(env: SendingBindings, sending: Sending): Promise<Sent> {
  const { channel, tenant } = sending;
  const opened = channel.sealed === null ? null : await open(env.METERR_MASTER_KEY, tenant, channel.sealed);
  if (opened === null) return failed(null, "its address cannot be read any more: the master key has changed");
  const secret = JSON.parse(opened) as ChannelSecret;
  const body = bodyOf(sending);
  const headers = { "content-type": "application/json", "user-agent": "meterr-alerts/1" };
  const signature = secret.signing === null ? {} : signatureOf(secret.signing, sending, body);
  return post(secret.url, { headers: { ...headers, ...signature }, body });
}

function bodyOf({ alert, channel, tenant }: Sending): string {
  if (channel.type === "slack") return slackBody(letterOf(alert));
  if (channel.type === "discord") return discordBody(letterOf(alert));
  return JSON.stringify(messageOf(alert, tenant));
}

/** The headers of Standard Webhooks. */
function signatureOf(secret: string, { alert, attemptId }: Sending, body: string) {
  const sentAt = new Date();
  return {
    "webhook-id": alert.id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(alert.id, sentAt, body),
    "x-meterr-attempt": attemptId,
  };
}

async function sendEmail(env: SendingBindings, { alert, channel }: Sending): Promise<Sent> {
  const route = emailRoute(env);
  if (!route) return failed(null, NO_EMAIL);
  const { subject, text } = emailOf(letterOf(alert));
  const idempotencyKey = `${alert.id}/${channel.id}`;
  const response = await handOver(route, { to: channel.to, subject, text, idempotencyKey });
  return response === null ? { ok: true, httpStatus: null } : outcomeOf(response);
}

async function post(url: string, { headers, body }: { headers: Record<string, string>; body: string }): Promise<Sent> {
  const response = await fetch(url, {
    method: "POST",
    headers,
    body,
    // Elsewhere was not checked.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return outcomeOf(response);
}

async function outcomeOf(response: Response): Promise<Sent> {
  if (response.ok) {
    await response.body?.cancel();
    return { ok: true, httpStatus: response.status };
  }
  const said = await beginningOf(response);
  return failed(response.status, `answered ${response.status}${said && `: ${said}`}`, retryAfterMs(response));
}

/** The first characters of an answer, on one line. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder()
    .decode(value?.subarray(0, MAX_ANSWER))
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

function retryAfterMs({ headers }: Response): number {
  const text = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), RETRY_AFTER_CAP_MS);
}

const failed = (httpStatus: number | null, error: string, retryAfterMs = 0): Sent => ({
  ok: false,
  httpStatus,
  error,
  retryAfterMs,
});
