/** Letters to people about their account. */
import { type Email, emailRoute, handOver } from "../core/email.ts";
import { newId } from "../core/ids.ts";
import { log, reasonOf } from "../core/log.ts";
import type { Env } from "../env.ts";

export interface Mailer {
  /** Whether it was taken. */
  invite(to: string, invitation: { organization: string; inviter: string; token: string }): Promise<boolean>;
  resetPassword(to: string, token: string): Promise<boolean>;
  confirmEmail(to: string, token: string): Promise<boolean>;
  emailChanged(to: string, newEmail: string): Promise<boolean>;
}

/** Where each letter's link leads. */
export const INVITATION_PATH = "/app/invitation?token=";
export const RESET_PATH = "/app/reset-password?token=";
const CONFIRM_PATH = "/app/confirm-email?token=";

/**
 * Who sends; null where the operator has not said how, or by what address people reach this instance. That is never
 * taken from a request: who asks for another's password to be reset would choose where the link leads.
 */
export function mailerOf(env: Env): Mailer | null {
  const route = emailRoute(env);
  const origin = env.METERR_PUBLIC_URL && URL.canParse(env.METERR_PUBLIC_URL) && new URL(env.METERR_PUBLIC_URL).origin;
  if (!route || !origin) return null;
  const send = async (to: string, { subject, lines }: { subject: string; lines: string[] }): Promise<boolean> => {
    const email: Email = {
      to: [to],
      subject,
      text: `${lines.join("\n\n")}\n`,
      idempotencyKey: newId("mail", Date.now()),
    };
    try {
      const response = await handOver(route, email);
      await response?.body?.cancel();
      if (response === null || response.ok) return true;
      log("warn", "email not delivered", { status: response.status });
    } catch (cause) {
      // fetch and the binding report what went wrong by throwing.
      log("warn", "email not delivered", { reason: reasonOf(cause) });
    }
    return false;
  };
  return {
    invite: (to, { organization, inviter, token }) =>
      send(to, {
        subject: `${inviter} invites you to ${organization} on meterr`,
        lines: [
          `${inviter} invites you to join ${organization} on meterr.`,
          `Accept within seven days:\n${origin}${INVITATION_PATH}${token}`,
          "You did not expect this? Then do nothing.",
        ],
      }),
    resetPassword: (to, token) =>
      send(to, {
        subject: "Your new meterr password",
        lines: [
          `Set a new password within an hour:\n${origin}${RESET_PATH}${token}`,
          "You did not ask for this? Then do nothing: your password stays as it is.",
        ],
      }),
    confirmEmail: (to, token) =>
      send(to, {
        subject: "Confirm your email for meterr",
        lines: [
          `Confirm within a day that this address is yours:\n${origin}${CONFIRM_PATH}${token}`,
          "You did not ask for this? Then do nothing.",
        ],
      }),
    emailChanged: (to, newEmail) =>
      send(to, {
        subject: "Your meterr email has changed",
        lines: [
          `You now sign in to meterr with ${newEmail}, no longer with this address.`,
          "This was not you? Tell the people who run your meterr at once.",
        ],
      }),
  };
}
