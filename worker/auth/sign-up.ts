/** Making somebody an account who has been let in. */
import { eq } from "drizzle-orm";
import { accountsOf } from "../db/database.ts";
import { user } from "../db/schema.ts";
import type { Env } from "../env.ts";

const UNPROCESSABLE = 422;

/**
 * Makes an account for who has an invitation in their hands, and signs them in: answers the session's cookies.
 * @returns null where there is an account of that email.
 * @param isProven whether the invitation reached them by the email itself.
 */
export async function signUpInvited(
  request: Request,
  env: Env,
  person: { email: string; name: string; password: string; isProven: boolean },
): Promise<{ userId: string; cookies: string[] } | null> {
  const { createAuth } = await import("./better.ts");
  const { email, name, password } = person;
  const auth = await createAuth(env, new URL(request.url).origin, { invited: person.isProven ? "proven" : "unproven" });
  try {
    const { headers, response } = await auth.api.signUpEmail({
      body: { email, name, password },
      headers: request.headers,
      returnHeaders: true,
    });
    return { userId: response.user.id, cookies: headers.getSetCookie() };
  } catch (error) {
    // The library says by throwing that another request has made an account of this email meanwhile.
    if (error instanceof Error && "statusCode" in error && error.statusCode === UNPROCESSABLE) return null;
    throw error;
  }
}

/** The id of the user with this email; null where there is none. */
export async function userIdOf(env: Env, email: string): Promise<string | null> {
  const found = await accountsOf(env).select({ id: user.id }).from(user).where(eq(user.email, email)).get();
  return found?.id ?? null;
}
