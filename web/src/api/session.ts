/** Ways in and out: the sign-in library's endpoints, and ours beside them. */

import { queryOptions } from "@tanstack/react-query";
import type { SeenInvitation, SignInOptions } from "../../../worker/control/account-shapes.ts";
import { apiGet, apiPost } from "./client.ts";

export type SocialProvider = SignInOptions["providers"][number];

export const signInOptionsQuery = queryOptions({
  queryKey: ["sign-in-options"],
  queryFn: ({ signal }) => apiGet<SignInOptions>("/api/v1/sign-in-options", {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Answers `twoFactorRedirect` where a code is asked for before the session begins. */
export const signIn = (email: string, password: string): Promise<{ twoFactorRedirect?: boolean }> =>
  apiPost("/api/auth/sign-in/email", { email, password });

export const signInWithCode = (code: string): Promise<unknown> => apiPost("/api/auth/two-factor/verify-totp", { code });

export const signInWithBackupCode = (code: string): Promise<unknown> =>
  apiPost("/api/auth/two-factor/verify-backup-code", { code });

export const signUp = (person: { name: string; email: string; password: string }): Promise<unknown> =>
  apiPost("/api/auth/sign-up/email", person);

export const signOut = (): Promise<unknown> => apiPost("/api/auth/sign-out");

/** Goes to the provider, and comes back to `next`. `requestSignUp` makes an account of who has none and may have one. */
export async function signInWith(provider: SocialProvider, next: string): Promise<void> {
  const { url } = await apiPost<{ url: string }>("/api/auth/sign-in/social", {
    provider,
    callbackURL: next,
    errorCallbackURL: "/app/sign-in",
    requestSignUp: true,
  });
  location.assign(url);
}

export const requestPasswordReset = (email: string): Promise<unknown> =>
  apiPost("/api/auth/request-password-reset", { email });

export const resetPassword = (token: string, newPassword: string): Promise<unknown> =>
  apiPost("/api/auth/reset-password", { token, newPassword });

export const confirmEmail = (token: string): Promise<{ email: string }> =>
  apiPost("/api/v1/email-confirmations", { token });

export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => apiPost<SeenInvitation>("/api/v1/invitations/look", { token }),
    staleTime: 0,
  });

export const acceptInvitation = (given: {
  token: string;
  name?: string;
  password?: string;
}): Promise<{ tenant: string }> => apiPost("/api/v1/invitations/accept", given);

export const createOrganization = (name: string): Promise<{ id: string; name: string }> =>
  apiPost("/api/v1/me/tenants", { name });
