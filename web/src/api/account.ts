/** The account of who is signed in: name, email, password, second factor, sessions. */

import { queryOptions } from "@tanstack/react-query";
import type { EmailChanged, SignInSession } from "../../../worker/control/account-shapes.ts";
import { apiGet, apiPost, apiPut } from "./client.ts";

export const sessionsQuery = queryOptions({
  queryKey: ["account-sessions"],
  queryFn: async ({ signal }) => (await apiGet<{ data: SignInSession[] }>("/api/v1/me/sessions", {}, signal)).data,
});

export const endSession = (id: string): Promise<unknown> => apiPost("/api/v1/me/sessions/end", { id });
export const endOtherSessions = (): Promise<{ ended: number }> => apiPost("/api/v1/me/sessions/end-others");

export const changeName = (name: string): Promise<unknown> => apiPut("/api/v1/me/profile", { name });

/** `confirm` where the new address counts only once the link that was sent there is opened. */
export const changeEmail = (email: string, currentPassword?: string): Promise<EmailChanged> =>
  apiPut("/api/v1/me/email", { email, current_password: currentPassword });

export const sendConfirmation = (): Promise<{ sent: boolean }> => apiPost("/api/v1/me/email/confirmation");

/** A first password, or another one: that takes the present one, and ends all other sessions. */
export const changePassword = (newPassword: string, currentPassword?: string): Promise<unknown> =>
  apiPut("/api/v1/me/password", { new_password: newPassword, current_password: currentPassword });

/** Ends all sessions, and every membership. */
export const deleteAccount = (currentPassword?: string): Promise<unknown> =>
  apiPost("/api/v1/me/delete", { current_password: currentPassword });

/** Begins with a second factor; it counts once a first code was right. */
export const beginTwoFactor = (password?: string): Promise<{ totpURI: string; backupCodes: string[] }> =>
  apiPost("/api/auth/two-factor/enable", { password });

export const confirmTwoFactor = (code: string): Promise<unknown> =>
  apiPost("/api/auth/two-factor/verify-totp", { code });

export const disableTwoFactor = (password?: string): Promise<unknown> =>
  apiPost("/api/auth/two-factor/disable", { password });

export const newBackupCodes = (password?: string): Promise<{ backupCodes: string[] }> =>
  apiPost("/api/auth/two-factor/generate-backup-codes", { password });
