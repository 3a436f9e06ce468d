/** Signing in and out, and the password: the sign-in library's endpoints, and ours for a first password. */
import { apiPost, apiPut } from "./client.ts";

export const signIn = (email: string, password: string): Promise<unknown> =>
  apiPost("/api/auth/sign-in/email", { email, password });

export const signOut = (): Promise<unknown> => apiPost("/api/auth/sign-out");

/** A first password, for who came by a link; a `conflict` where there is one. */
export const setPassword = (password: string): Promise<unknown> =>
  apiPut("/api/v1/me/password", { new_password: password });

export const changePassword = (currentPassword: string, newPassword: string): Promise<unknown> =>
  apiPost("/api/auth/change-password", { currentPassword, newPassword });
