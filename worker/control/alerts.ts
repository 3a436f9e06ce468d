/** Channels that alerts go to. Addresses and signing secrets are sealed; reads show enough to recognize them by. */
import * as z from "zod";
import {
  ALERT_TYPES,
  type Alert,
  type AlertChannel,
  type Attempt,
  CHANNEL_TYPES,
  type ChannelSecret,
  type ChannelType,
  messageOf,
} from "../core/alert.ts";
import { emailRoute, NO_EMAIL } from "../core/email.ts";
import { newId } from "../core/ids.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { open, seal } from "../core/sealed.ts";
import { checkWebhookUrl } from "../core/upstream-url.ts";
import { alertsOf } from "../db/ledger.ts";
import { alertChannel, deliveryAttempt, firedAlert, signingSecret, testedDelivery } from "./alert-shapes.ts";
import { type Answer, type App, forTenant, invalid, mount, notFound, type TenantCall } from "./call.ts";
import { once } from "./idempotency.ts";
import { iso, name, pagingBy, readBody, readQuery } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { pageOf } from "./shapes.ts";

/** 256 bits; Standard Webhooks takes 192 to 512. */
const SIGNING_BYTES = 32;
const address = z.email().max(320);

const fields = {
  name,
  url: z.string().min(1).max(2_048),
  /** One address or several. */
  to: z.union([address.transform((one) => [one]), z.array(address).min(1).max(20)]),
  /** Empty means all. */
  events: z.array(z.enum(ALERT_TYPES)).max(ALERT_TYPES.length),
  enabled: z.boolean(),
};
const create = z.strictObject({
  type: z.enum(CHANNEL_TYPES),
  name: name.optional(),
  url: fields.url.optional(),
  to: fields.to.optional(),
  events: fields.events.default([]),
  enabled: fields.enabled.default(true),
});
const patch = z.strictObject({ type: z.enum(CHANNEL_TYPES), ...fields }).partial();

const nothing = z.strictObject({});
const attemptPages = z.strictObject(pagingBy(/^att_\w+$/));
const alertPages = z.strictObject(pagingBy(/^alert_\w+$/));

const TITLES: Record<ChannelType, string> = { webhook: "Webhook", slack: "Slack", discord: "Discord", email: "Email" };

/** Mounts `/alerts`, and what has happened: `/alerts/{id}/deliveries` and `/alert-log`. */
export function mountAlerts(app: App): void {
  mountResource(app, {
    kind: "alert",
    path: "alerts",
    noun: "alert channel",
    action: "alerts",
    create,
    patch,
    shown: alertChannel,
    once: signingSecret,
    example: { type: "webhook", name: "Pager", url: "https://hooks.example.com/meterr", events: ["budget.exceeded"] },
    // Addresses carry their token in the path; those of email are none.
    config: {
      carriesSecret: ({ type }) => type !== "email",
      omitted: ({ type }) => (type === "email" ? ["url"] : ["url", "to"]),
    },
    make: makeChannel,
    change: changesOf,
    show: async (records) => records.map(showChannel),
  });
  mount(app, "/tenants/:tenant/alerts/:id/test", {
    POST: {
      summary: "Sends a test to a channel now. What came of it is the answer, and no error.",
      body: nothing,
      example: {},
      errors: ["conflict"],
      answers: testedDelivery,
      does: forTenant("alerts", test),
    },
  });
  mount(app, "/tenants/:tenant/alerts/:id/deliveries", {
    GET: {
      summary: "Lists the attempts to deliver to a channel, newest first.",
      query: attemptPages,
      answers: pageOf(deliveryAttempt),
      does: forTenant("read", deliveries),
    },
  });
  mount(app, "/tenants/:tenant/alert-log", {
    GET: {
      summary: "Lists the alerts that fired, newest first, to whomever they went.",
      query: alertPages,
      answers: pageOf(firedAlert),
      does: forTenant("read", log),
    },
  });
}

async function makeChannel(input: z.output<typeof create>, call: TenantCall) {
  const target = checkTarget(input.type, input, call);
  if (!target.ok) return target;
  const signing = input.type === "webhook" ? newSigningSecret() : null;
  const record: AlertChannel = {
    id: newId("chan", call.now),
    name: input.name ?? TITLES[input.type],
    type: input.type,
    ...(await sealedTarget(call, target.value, signing)),
    events: input.events,
    enabled: input.enabled,
    disabledReason: null,
    createdAt: call.now,
  };
  return ok(signing === null ? { record } : { record, once: { secret: signing } });
}

async function changesOf(
  input: z.output<typeof patch>,
  current: AlertChannel,
  call: TenantCall,
): Promise<Outcome<Partial<AlertChannel>>> {
  if (input.type !== undefined && input.type !== current.type) {
    return invalid("type: cannot be changed. Make another channel.", "type");
  }
  const changes = given({
    name: input.name,
    events: input.events,
    enabled: input.enabled,
    // Whoever turns it on again, or off, knows better than what we noted.
    disabledReason: input.enabled === undefined ? undefined : null,
  });
  if (input.url === undefined && input.to === undefined) return ok(changes);
  const target = checkTarget(current.type, input, call);
  if (!target.ok) return target;
  const signing = await signingOf(current, call);
  return ok({ ...changes, ...(await sealedTarget(call, target.value, signing)) });
}

/** Tries a channel now. What came of it is the answer, and no error of this API. */
async function test(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const id = call.params.id ?? "";
  const alerts = alertsOf(call.env, call.tenant);
  const channel = await alerts.get("alert", id);
  if (!channel) return notFound("alert channel");
  if (channel.type === "email" && !emailRoute(call.env)) return invalid(NO_EMAIL);
  return once(call, body.value, async () => {
    const attempt = await alerts.testAlert(id);
    return attempt
      ? ok({ delivered: attempt.outcome === "delivered", ...showAttempt(attempt) })
      : notFound("alert channel");
  });
}

async function deliveries(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, attemptPages);
  if (!query.ok) return query;
  const id = call.params.id ?? "";
  const alerts = alertsOf(call.env, call.tenant);
  if (!(await alerts.get("alert", id))) return notFound("alert channel");
  const page = await alerts.alertAttempts(id, query.value);
  return ok({ data: page.items.map(showAttempt), next_cursor: page.cursor });
}

async function log(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, alertPages);
  if (!query.ok) return query;
  const page = await alertsOf(call.env, call.tenant).firedAlerts(query.value);
  return ok({ data: page.items.map((alert) => showAlert(alert, call.tenant)), next_cursor: page.cursor });
}

type Target = { url: string; to: null } | { url: null; to: string[] };

/** Where a channel goes: addresses for email, a URL for all others. */
function checkTarget(
  type: ChannelType,
  input: { url?: string | undefined; to?: string[] | undefined },
  call: TenantCall,
): Outcome<Target> {
  if (type === "email") {
    if (input.url !== undefined) return invalid("url: email goes to addresses; give `to`", "url");
    if (!input.to) return invalid("to: email needs an address", "to");
    return emailRoute(call.env) ? ok({ url: null, to: input.to }) : invalid(NO_EMAIL, "type");
  }
  if (input.to !== undefined) return invalid(`to: is for email; ${type} goes to a url`, "to");
  if (input.url === undefined) return invalid(`url: ${type} needs one`, "url");
  const checked = checkWebhookUrl(input.url, { allowPrivate: call.env.METERR_ALLOW_PRIVATE_UPSTREAMS === "1" });
  return checked.ok ? ok({ url: checked.url, to: null }) : invalid(`url: ${checked.reason}`, "url");
}

async function sealedTarget(
  call: TenantCall,
  target: Target,
  signing: string | null,
): Promise<Pick<AlertChannel, "sealed" | "urlHint" | "to">> {
  if (target.url === null) return { sealed: null, urlHint: null, to: target.to };
  const secret: ChannelSecret = { url: target.url, signing };
  const sealed = await seal(call.env.METERR_MASTER_KEY, call.tenant, JSON.stringify(secret));
  return { sealed, urlHint: hintOf(target.url), to: [] };
}

/** The secret that a webhook has already; a new one where it cannot be read any more. */
async function signingOf(channel: AlertChannel, call: TenantCall): Promise<string | null> {
  if (channel.type !== "webhook" || channel.sealed === null) return null;
  const opened = await open(call.env.METERR_MASTER_KEY, call.tenant, channel.sealed);
  return opened === null ? newSigningSecret() : (JSON.parse(opened) as ChannelSecret).signing;
}

const newSigningSecret = (): string =>
  `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SIGNING_BYTES))))}`;

/** The host, and the last characters of what follows it where that is long. */
function hintOf(url: string): string {
  const { origin } = new URL(url);
  const rest = url.slice(origin.length);
  return `${origin}/…${rest.length < 12 ? "" : rest.slice(-4)}`;
}

const showChannel = (channel: AlertChannel) => ({
  id: channel.id,
  name: channel.name,
  type: channel.type,
  url: channel.urlHint,
  to: channel.to,
  events: channel.events,
  enabled: channel.enabled,
  disabled_reason: channel.disabledReason,
  created_at: iso(channel.createdAt),
});

const showAttempt = (attempt: Attempt) => ({
  id: attempt.id,
  alert: attempt.alert,
  event: attempt.type,
  attempt: attempt.number,
  time: iso(attempt.time),
  status: attempt.outcome,
  http_status: attempt.httpStatus,
  error: attempt.error,
  latency_ms: attempt.ms,
  next_attempt_at: iso(attempt.nextAt),
});

function showAlert(alert: Alert, tenant: string) {
  const { type, timestamp, data } = messageOf(alert, tenant);
  return { type, time: timestamp, ...data };
}
