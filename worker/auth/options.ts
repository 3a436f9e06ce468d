/** Which ways in this instance has, as its operator set it up. */
import type { Env } from "../env.ts";

/** Whether anybody may make themselves an account and an organization. */
export const isSignUpOpen = (env: Env): boolean => env.METERR_SIGN_UP === "open";

const PROVIDERS = ["github", "google"] as const;
export type SocialProvider = (typeof PROVIDERS)[number];

/** The providers that are configured, as the sign-in library takes them. */
export function socialSignIn(env: Env): Partial<Record<SocialProvider, SocialApp>> {
  const apps: Record<SocialProvider, [id: string | undefined, secret: string | undefined]> = {
    github: [env.METERR_GITHUB_CLIENT_ID, env.METERR_GITHUB_CLIENT_SECRET],
    google: [env.METERR_GOOGLE_CLIENT_ID, env.METERR_GOOGLE_CLIENT_SECRET],
  };
  return Object.fromEntries(
    PROVIDERS.flatMap((provider) => {
      const [clientId, clientSecret] = apps[provider];
      return clientId && clientSecret ? [[provider, { clientId, clientSecret }]] : [];
    }),
  );
}

interface SocialApp {
  clientId: string;
  clientSecret: string;
}

/** The names of the providers that are configured. */
export const socialProviders = (env: Env): SocialProvider[] => {
  const configured = socialSignIn(env);
  return PROVIDERS.filter((provider) => configured[provider]);
};
