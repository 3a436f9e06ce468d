/** How this instance sends email: by Cloudflare's binding, or by a provider that speaks HTTP as Resend does. */

/** What of Cloudflare's `send_email` is used here. */
interface EmailSender {
  send(message: { from: string; to: string[]; subject: string; text: string }): Promise<unknown>;
}

export interface EmailBindings {
  /** Cloudflare's Email Service. */
  EMAIL?: EmailSender;
  /** Takes `POST {from, to, subject, text}` with a bearer token. */
  METERR_EMAIL_URL?: string;
  METERR_EMAIL_TOKEN?: string;
  /** The sender: `meterr <alerts@example.com>`. */
  METERR_EMAIL_FROM?: string;
}

export type EmailRoute =
  | { by: "binding"; binding: EmailSender; from: string }
  | { by: "http"; url: string; token: string | null; from: string };

/** The way out for email; null where none is configured. */
export function emailRoute(env: EmailBindings): EmailRoute | null {
  const from = env.METERR_EMAIL_FROM;
  if (!from) return null;
  if (env.METERR_EMAIL_URL)
    return { by: "http", url: env.METERR_EMAIL_URL, token: env.METERR_EMAIL_TOKEN || null, from };
  return env.EMAIL ? { by: "binding", binding: env.EMAIL, from } : null;
}

export interface Email {
  to: string[];
  subject: string;
  text: string;
  /** A provider that knows it sends the same message once, however often it is asked. */
  idempotencyKey: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Hands an email over; answers what the provider answered, or null where the binding took it.
 * @throws Error where nobody answers within ten seconds, or the binding refuses.
 */
export async function handOver(route: EmailRoute, email: Email): Promise<Response | null> {
  const { to, subject, text, idempotencyKey } = email;
  const { from } = route;
  if (route.by === "binding") {
    await route.binding.send({ from, to, subject, text });
    return null;
  }
  return fetch(route.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "meterr/1",
      "idempotency-key": idempotencyKey,
      ...(route.token !== null && { authorization: `Bearer ${route.token}` }),
    },
    body: JSON.stringify({ from, to, subject, text }),
    // Elsewhere was not checked.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** For whoever asks for email where there is no way out for it. */
export const NO_EMAIL =
  "This instance cannot send email. Its operator sets METERR_EMAIL_FROM, and METERR_EMAIL_URL with METERR_EMAIL_TOKEN (or binds Cloudflare's send_email as EMAIL).";
