/** Signing in and out: the sign-in library's own endpoints, which set and clear the session's cookie. */
import { apiPost } from "./client.ts";

export const signIn = (email: string, password: string): Promise<unknown> =>
  apiPost("/api/auth/sign-in/email", { email, password });

export const signOut = (): Promise<unknown> => apiPost("/api/auth/sign-out");
