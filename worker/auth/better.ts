/** better-auth, configured. It is big: import this module dynamically, and never on the path of a proxied request. */
import { waitUntil } from "cloudflare:workers";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { magicLink } from "better-auth/plugins/magic-link";
import { organization } from "better-auth/plugins/organization";
import { twoFactor } from "better-auth/plugins/two-factor";
import { randomBase62 } from "../core/ids.ts";
import { log, reasonOf } from "../core/log.ts";
import { derivedSecret, masterKeys } from "../core/master.ts";
import { accountsOf } from "../db/database.ts";
import * as schema from "../db/schema.ts";
import type { Env } from "../env.ts";
import { requestConfirmation } from "./confirm.ts";
import { isInvited } from "./invited.ts";
import { mailerOf } from "./mail.ts";
import { isSignUpOpen, socialSignIn } from "./options.ts";
import { newTenantId } from "./secrets.ts";

const COOKIE_PREFIX = "meterr";
const SIGN_IN_LINK_SECONDS = 15 * 60;
const RESET_LINK_SECONDS = 3_600;
const SESSION_SECONDS = 7 * 24 * 3_600;
/** 143 bits. */
const ID_DIGITS = 24;
const MAX_NAME = 200;
/** The link's token has 190 bits: nobody guesses it, so that only a flood is held off. */
const LINK_TRIES = { window: 10, max: 30 };
/** Wrong codes in a row that lock a second factor, and for how long: five a minute would take a thousand years. */
const LOCKED = { maxFailedAttempts: 10, durationSeconds: 15 * 60 };

/** Our own columns of the library's tables. */
const MEMBER = { party: { type: "string", required: true } } as const;
const INVITATION = {
  tokenHash: { type: "string", required: true },
  emailed: { type: "boolean", required: true },
} as const;

/** What one call does otherwise than the library would. */
export interface AuthCall {
  /** Gets the sign-in link instead of a mailbox; only the operator's routes pass one. */
  onLink?(url: string): void;
  /** Gets the token of a password reset instead of a mailbox. */
  onReset?(token: string): void;
  /** Hears whose password was reset. */
  onPasswordReset?(userId: string): Promise<void>;
  /** Lets a new user in: the caller has seen their invitation, which reached them by their email or otherwise. */
  invited?: "proven" | "unproven";
}

/** An instance for one request: its promises must not be awaited by another. */
export async function createAuth(env: Env, origin: string, call: AuthCall = {}) {
  const mailer = mailerOf(env);
  return betterAuth({
    appName: "meterr",
    baseURL: origin,
    basePath: "/api/auth",
    trustedOrigins: [origin],
    secrets: await secretsOf(env.METERR_MASTER_KEY),
    database: drizzleAdapter(accountsOf(env), { provider: "sqlite", schema }),
    telemetry: { enabled: false },
    // What it says without an error is that it refused somebody, who has heard of it.
    logger: { level: "error", log: (_level, message, ...details) => tellFault(message, details) },
    emailAndPassword: {
      enabled: true,
      disableSignUp: !isSignUpOpen(env) && call.invited === undefined,
      minPasswordLength: 10,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: RESET_LINK_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => {
        if (call.onReset) call.onReset(token);
        else await mailer?.resetPassword(user.email, token);
      },
      onPasswordReset: async ({ user }) => call.onPasswordReset?.(user.id),
    },
    socialProviders: socialSignIn(env),
    // A provider's account becomes a user's by their email alone where both sides have proven that it is theirs.
    account: {
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, trustedProviders: [], requireLocalEmailVerified: true },
    },
    // Tokens of links are kept as digests.
    verification: { storeIdentifier: "hashed" },
    databaseHooks: {
      user: {
        create: {
          before: async (user, context) => {
            // Who comes by another provider and is not known yet has no password that could be refused before.
            const isStranger = context?.path?.startsWith("/callback/") && !(await mayJoin(env, user));
            if (isStranger) return false;
            const emailVerified = user.emailVerified || call.invited === "proven";
            return { data: { emailVerified, name: user.name.trim().slice(0, MAX_NAME) || user.email } };
          },
          after: async ({ id, email, emailVerified }) => {
            if (!emailVerified) await requestConfirmation(env, { userId: id, email });
          },
        },
      },
    },
    session: { expiresIn: SESSION_SECONDS },
    rateLimit: { enabled: true, storage: "database", customRules: { "/magic-link/verify": LINK_TRIES } },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: origin.startsWith("https:"),
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      // How long it takes to send an email would tell whether there is such a user.
      backgroundTasks: { handler: waitUntil },
      database: {
        generateId: ({ model }) => (model === "organization" ? newTenantId() : randomBase62(ID_DIGITS)),
      },
    },
    plugins: [
      // Its tables are used, and its endpoints closed: who may what is decided in one place, for tokens too (roles.ts).
      organization({
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        schema: { member: { additionalFields: MEMBER }, invitation: { additionalFields: INVITATION } },
      }),
      twoFactor({ issuer: "meterr", allowPasswordless: true, accountLockout: LOCKED }),
      magicLink({
        expiresIn: SIGN_IN_LINK_SECONDS,
        disableSignUp: true,
        storeToken: "hashed",
        sendMagicLink: ({ url }) => call.onLink?.(url),
      }),
    ],
  });
}

function tellFault(message: string, details: readonly unknown[]): void {
  const error = details.find((detail) => detail instanceof Error);
  if (error) log("error", `sign-in: ${reasonOf(message)}`, { reason: reasonOf(error) });
}

const mayJoin = async (env: Env, user: { email: string; emailVerified: boolean }): Promise<boolean> =>
  user.emailVerified && (isSignUpOpen(env) || (await isInvited(env, user.email)));

/** One a version of the master key, so that second factors outlive its rotation. */
const secretsOf = (master: string) =>
  Promise.all(
    masterKeys(master).map(async (key) => ({
      version: key.version.charCodeAt(0),
      value: await derivedSecret(key, "sessions"),
    })),
  );
