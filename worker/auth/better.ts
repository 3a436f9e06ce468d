/** better-auth, configured. It is big: import this module dynamically, and never on the path of a proxied request. */
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { magicLink } from "better-auth/plugins/magic-link";
import { organization } from "better-auth/plugins/organization";
import { randomBase62 } from "../core/ids.ts";
import { currentMasterKey, derivedSecret } from "../core/master.ts";
import { accountsOf } from "../db/database.ts";
import * as schema from "../db/schema.ts";
import type { Env } from "../env.ts";
import { newTenantId } from "./secrets.ts";

const COOKIE_PREFIX = "meterr";
const SIGN_IN_LINK_SECONDS = 15 * 60;
const SESSION_SECONDS = 7 * 24 * 3_600;
/** 143 bits. */
const ID_DIGITS = 24;
/** The link's token has 190 bits: nobody guesses it, so that only a flood is held off. */
const LINK_TRIES = { window: 10, max: 30 };

/**
 * An instance for one request: its promises must not be awaited by another.
 * @param onLink gets the sign-in link instead of a mailbox; only the operator's routes pass one.
 */
export async function createAuth(env: Env, origin: string, onLink?: (url: string) => void) {
  return betterAuth({
    appName: "meterr",
    baseURL: origin,
    basePath: "/api/auth",
    trustedOrigins: [origin],
    secret: await derivedSecret(currentMasterKey(env.METERR_MASTER_KEY), "sessions"),
    database: drizzleAdapter(accountsOf(env), { provider: "sqlite", schema }),
    telemetry: { enabled: false },
    logger: { level: "error" },
    // Nobody makes themselves a user here: the operator's link is the way in.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10 },
    session: { expiresIn: SESSION_SECONDS },
    rateLimit: { enabled: true, storage: "database", customRules: { "/magic-link/verify": LINK_TRIES } },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: origin.startsWith("https:"),
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      database: {
        generateId: ({ model }) => (model === "organization" ? newTenantId() : randomBase62(ID_DIGITS)),
      },
    },
    plugins: [
      organization({ allowUserToCreateOrganization: false, disableOrganizationDeletion: true }),
      magicLink({
        expiresIn: SIGN_IN_LINK_SECONDS,
        disableSignUp: true,
        storeToken: "hashed",
        sendMagicLink: ({ url }) => onLink?.(url),
      }),
    ],
  });
}
